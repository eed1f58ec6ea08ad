using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Mesos.Tests;

/// <summary>One request as the fake master got it; headers are lower-case.</summary>
public sealed record SeenRequest(string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>
/// A master on a real socket that answers each SUBSCRIBE with the next part of its script (raw bytes, then the connection ends or
/// stays open) and every other call with 202, or with what <see cref="AnswerToCalls"/> says.
/// </summary>
public sealed class ScriptedMaster : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<(byte[] Bytes, bool KeepOpen)> script = new();
    private readonly Task accepting;

    public ScriptedMaster()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public ConcurrentQueue<SeenRequest> Subscribes { get; } = new();

    public ConcurrentQueue<SeenRequest> Calls { get; } = new();

    public string AnswerToCalls { get; set; } = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

    public static byte[] Recording(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", name));

    public ScriptedMaster Then(byte[] bytes, bool keepOpen = false)
    {
        script.Enqueue((bytes, keepOpen));
        return this;
    }

    public ScriptedMaster Then(string text, bool keepOpen = false) => Then(Encoding.UTF8.GetBytes(text), keepOpen);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            while (await ReadAsync(stream) is { } request)
            {
                if (request.Headers.ContainsKey("mesos-stream-id"))
                {
                    Calls.Enqueue(request);
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(AnswerToCalls), stop.Token);
                    continue;
                }

                Subscribes.Enqueue(request);
                if (!script.TryDequeue(out var part))
                    return;
                await stream.WriteAsync(part.Bytes, stop.Token);
                if (!part.KeepOpen)
                    return;
                await Task.Delay(Timeout.Infinite, stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went away.
        }
    }

    private async Task<SeenRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
                return null;
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0].ToLowerInvariant(), p => p[1]);
        var body = new byte[int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, stop.Token);
        return new SeenRequest(lines[0].Split(' ')[1], headers, body);
    }
}
