using System.Security.Cryptography;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Server;

internal static class HashingCopy
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Copies to a new file (replacing one of an earlier try) and gives the SHA-256 of what was copied.</summary>
    /// <exception cref="AgentDiskException">The agent's disk: not to be mistaken for a broken connection, which is tried again.</exception>
    /// <remarks>One byte more than allowed is enough to make another digest: the rest is not read.</remarks>
    public static async Task<string> ToFileAsync(Stream source, string file, long maxBytes, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);
        var buffer = new byte[BufferBytes];
        long total = 0;
        int read;
        while (total <= maxBytes && (read = await source.ReadAsync(buffer, ct)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            Write(target, buffer.AsSpan(0, read));
            total += read;
        }

        return Format(hash.GetHashAndReset());
    }

    public static async Task<string> DigestOfAsync(Stream stream, CancellationToken ct) => Format(await SHA256.HashDataAsync(stream, ct));

    private static void Write(FileStream target, ReadOnlySpan<byte> bytes)
    {
        try
        {
            target.Write(bytes);
        }
        catch (IOException e)
        {
            throw new AgentDiskException(e);
        }
    }

    private static string Format(byte[] hash) => "sha256:" + Convert.ToHexStringLower(hash);
}
