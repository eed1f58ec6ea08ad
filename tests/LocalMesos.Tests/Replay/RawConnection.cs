using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pipeline.Mesos.RecordIo;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>One TCP connection that sends recorded bytes as they are, and reads answers without any client's help.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient tcp = new() { NoDelay = true };
    private readonly byte[] buffer = new byte[64 * 1024];
    private NetworkStream? stream;
    private byte[] pending = [];

    public async Task SendAsync(int port, byte[] request)
    {
        await tcp.ConnectAsync("127.0.0.1", port);
        stream = tcp.GetStream();
        await stream.WriteAsync(request);
    }

    /// <summary>Status line and headers, without the empty line; empty when the connection was closed without an answer.</summary>
    public async Task<string> ReadHeadAsync()
    {
        int end;
        while ((end = pending.AsSpan().IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync())
                return "";
        }

        var head = Encoding.Latin1.GetString(pending, 0, end);
        pending = pending[(end + 4)..];
        return head;
    }

    public async Task<byte[]> ReadBodyAsync(string head, bool headOnly)
    {
        var length = headOnly ? 0 : int.Parse(Header(head, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
        while (pending.Length < length && await FillAsync())
        {
        }

        var body = pending[..Math.Min(length, pending.Length)];
        pending = pending[body.Length..];
        return body;
    }

    /// <summary>Gives each record as it comes; true when the stream ended with its last chunk.</summary>
    public async Task<bool> ReadRecordsAsync(Action<byte[]> receive)
    {
        var records = new RecordIoReader();
        try
        {
            while (await NextChunkAsync() is { } chunk)
            {
                if (chunk.Length == 0)
                    return true;
                records.Feed(chunk);
                while (records.TryRead(out var record))
                    receive(record.ToArray());
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // We closed it, or it broke.
        }

        return false;
    }

    public static string? Header(string head, string name) => head.Split("\r\n").Skip(1).Select(l => l.Split(':', 2))
        .Where(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase)).Select(p => p[1].Trim()).FirstOrDefault();

    public void Dispose() => tcp.Dispose();

    private async Task<byte[]?> NextChunkAsync()
    {
        int end;
        while ((end = pending.AsSpan().IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync())
                return null;
        }

        var size = int.Parse(Encoding.ASCII.GetString(pending, 0, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        while (pending.Length < end + 2 + size + 2)
        {
            if (!await FillAsync())
                return null;
        }

        var chunk = pending[(end + 2)..(end + 2 + size)];
        pending = pending[(end + 2 + size + 2)..];
        return chunk;
    }

    private async Task<bool> FillAsync()
    {
        int read;
        try
        {
            read = await stream!.ReadAsync(buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }

        if (read == 0)
            return false;
        pending = [.. pending, .. buffer.AsSpan(0, read)];
        return true;
    }
}
