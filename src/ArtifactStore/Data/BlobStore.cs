using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Data;

/// <summary>
/// Bytes by their SHA-256, in files <c>sha256/ab/cdef…</c>. A name appears only when its bytes are whole, right and on the disk.
/// </summary>
internal sealed class BlobStore
{
    private const int BufferBytes = 256 * 1024;
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private readonly string root;
    private readonly ILogger<BlobStore> logger;

    public BlobStore(IOptions<ArtifactStoreOptions> options, TimeProvider time, ILogger<BlobStore> logger)
    {
        root = Path.GetFullPath(options.Value.Path);
        this.logger = logger;
        RemoveLeftovers(time.GetUtcNow() - LeftoverAge);
    }

    /// <summary>Streams the content to the disk and hashes it once; memory stays constant.</summary>
    /// <exception cref="IOException">The disk is full or gone; nothing is kept.</exception>
    public async Task<PutOutcome> PutAsync(Stream content, Digest expected, CancellationToken ct)
    {
        var path = PathOf(expected);
        if (File.Exists(path))
            return PutOutcome.AlreadyThere;
        var temporary = TemporaryPath();
        try
        {
            var actual = await WriteAsync(content, temporary, ct);
            if (actual != expected)
            {
                logger.UploadMismatch(expected, actual);
                return PutOutcome.Mismatch;
            }

            var directory = Path.GetDirectoryName(path)!;
            EnsureDirectory(directory);
            File.Move(temporary, path, overwrite: true);
            DurableFile.SyncDirectory(directory);
            return PutOutcome.Stored;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Bytes of a blob, null when it is not there.</summary>
    public long? SizeOf(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    /// <summary>A seekable stream for whole and range reads; null when the blob is not there. The caller disposes it.</summary>
    public FileStream? OpenRead(Digest digest)
    {
        try
        {
            return new FileStream(PathOf(digest), new FileStreamOptions
            {
                Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Hashes the stored bytes again: false when they are no longer what their name says, null when they are not there.</summary>
    public async Task<bool?> IsIntactAsync(Digest digest, CancellationToken ct)
    {
        await using var stream = OpenRead(digest);
        if (stream is null)
            return null;
        var actual = Digest.FromHash(await SHA256.HashDataAsync(stream, ct));
        if (actual != digest)
            logger.BlobTampered(digest, actual);
        return actual == digest;
    }

    internal string PathOf(Digest digest) => Path.Combine(root, "sha256", digest.Hex[..2], digest.Hex[2..]);

    // On the same file system as the blobs, so that the rename is atomic; a crash leaves it here, never under a digest's name.
    private string TemporaryPath()
    {
        var directory = Path.Combine(root, "incoming");
        Directory.CreateDirectory(directory);
        return Path.Combine(directory, $"{Environment.ProcessId}-{Path.GetRandomFileName()}");
    }

    // Parts of uploads that a crash cut off; younger ones may belong to another server on the same store.
    private void RemoveLeftovers(DateTimeOffset olderThan)
    {
        var incoming = new DirectoryInfo(Path.Combine(root, "incoming"));
        if (!incoming.Exists)
            return;
        foreach (var file in incoming.EnumerateFiles().Where(f => f.LastWriteTimeUtc < olderThan.UtcDateTime))
            file.Delete();
    }

    private static void EnsureDirectory(string directory)
    {
        if (Directory.Exists(directory))
            return;
        Directory.CreateDirectory(directory);
        DurableFile.SyncDirectory(Path.GetDirectoryName(directory)!);
    }

    // The chunk is hashed while it is written and the next is read: on two cores the disk and SHA-256 work at the same time.
    private static async Task<Digest> WriteAsync(Stream content, string temporary, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferBytes), ArrayPool<byte>.Shared.Rent(BufferBytes));
        try
        {
            using var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
            long position = 0;
            var length = await ReadFullAsync(content, current, ct);
            while (length > 0)
            {
                var write = RandomAccess.WriteAsync(file, current.AsMemory(0, length), position, ct).AsTask();
                var read = ReadFullAsync(content, next, ct);
                hash.AppendData(current, 0, length);
                position += length;
                await Task.WhenAll(write, read); // both: a buffer that is still read into must not go back to the pool
                length = await read;
                (current, next) = (next, current);
            }

            RandomAccess.FlushToDisk(file);
            return Digest.FromHash(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    private static async Task<int> ReadFullAsync(Stream content, byte[] buffer, CancellationToken ct) =>
        await content.ReadAtLeastAsync(buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, ct);
}
