using Microsoft.AspNetCore.Http;

namespace Pipeline.BuildRunner.Http;

/// <summary>The bytes of a log that a task sent. They are read whole before any is written: a sender that stalls or breaks off holds
/// nothing up and leaves no part behind.</summary>
internal static class LogChunk
{
    public const int MaxBytes = 8 << 20;

    /// <returns>Null when it is larger than <see cref="MaxBytes"/>, announced or not.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MaxBytes)
            return null;
        using var bytes = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            if (bytes.Length + read > MaxBytes)
                return null;
            bytes.Write(buffer, 0, read);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
