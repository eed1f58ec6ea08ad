using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Data;

/// <summary>The disk of the store, or its quota, has no room left.</summary>
internal sealed class DiskFullException(IOException cause) : IOException(cause.Message, cause);

/// <summary>Copies a stream to the disk and hashes it on the way.</summary>
internal static class HashedCopy
{
    private const int BufferBytes = 256 * 1024;
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT

    /// <summary>The chunk is hashed while it is written and the next is read: on two cores the disk and SHA-256 work at the same time.
    /// </summary>
    /// <exception cref="DiskFullException">The target has no room.</exception>
    /// <exception cref="IOException">The sender is lost, or the disk.</exception>
    public static async Task<Digest> ToAsync(Stream content, FileStream file, CancellationToken ct)
    {
        try
        {
            var digest = await ToAsync(content, (Stream)file, ct);
            file.Flush(flushToDisk: true);
            return digest;
        }
        catch (IOException e) when (e.HResult is NoSpace or OverQuota)
        {
            throw new DiskFullException(e);
        }
    }

    /// <summary>The same without the wait for the disk.</summary>
    public static async Task<Digest> ToAsync(Stream content, Stream file, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferBytes), ArrayPool<byte>.Shared.Rent(BufferBytes));
        try
        {
            var length = await ReadFullAsync(content, current, ct);
            while (length > 0)
            {
                var read = ReadFullAsync(content, next, ct);
                var write = WriteAsync(file, current.AsMemory(0, length), ct);
                hash.AppendData(current, 0, length);

                // Both, however one of them ends: a buffer that is still read into or written from must not go back to the pool.
                await Task.WhenAll(write, read);
                length = await read;
                (current, next) = (next, current);
            }

            return Digest.FromHash(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    // A stream may also fail at the call itself, which must not leave the read alone.
    private static async Task WriteAsync(Stream file, ReadOnlyMemory<byte> bytes, CancellationToken ct) => await file.WriteAsync(bytes, ct);

    private static async Task<int> ReadFullAsync(Stream content, byte[] buffer, CancellationToken ct) =>
        await content.ReadAtLeastAsync(buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, ct);
}
