using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Pipeline.Mesos.Tests.Harness;

/// <summary>One request as the fake master got it; headers are lower-case.</summary>
/// <param name="At">Orders the requests of several masters.</param>
public sealed record SeenRequest(string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, long At);

/// <summary>
/// A master on a real socket that answers each SUBSCRIBE with the next part of its script (raw bytes, then the connection ends or
/// stays open) and every other call with 202, or with what <see cref="AnswerToCalls"/> says.
/// </summary>
public sealed class ScriptedMaster : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private static long requests;
    private int ended;
    private readonly ConcurrentQueue<Func<Stream, CancellationToken, Task>> script = new();
    private readonly SslServerAuthenticationOptions? tls;
    private readonly Task accepting;

    /// <param name="tls">Null for plain HTTP.</param>
    public ScriptedMaster(SslServerAuthenticationOptions? tls = null)
    {
        this.tls = tls;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"{(tls is null ? "http" : "https")}://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public ConcurrentQueue<SeenRequest> Subscribes { get; } = new();

    public ConcurrentQueue<SeenRequest> Calls { get; } = new();

    /// <summary>Connections that the client has closed, or that we have.</summary>
    public int Ended => ended;

    /// <summary>For each SUBSCRIBE beyond the script; null closes the connection.</summary>
    public string? Always { get; set; }

    public string AnswerToCalls { get; set; } = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

    public static byte[] Recording(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", name));

    public ScriptedMaster Then(byte[] bytes, bool keepOpen = false) => Then(async (stream, ct) =>
    {
        await stream.WriteAsync(bytes, ct);
        if (keepOpen)
            await Task.Delay(Timeout.Infinite, ct);
    });

    /// <summary>The connection ends when the writer has ended.</summary>
    public ScriptedMaster Then(Func<Stream, CancellationToken, Task> write)
    {
        script.Enqueue(write);
        return this;
    }

    public ScriptedMaster Then(string text, bool keepOpen = false) => Then(Encoding.UTF8.GetBytes(text), keepOpen);

    // The connection ends after it. A client that is not told so may use it once more, and be cut off.
    private static string Last(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && answer.IndexOf("\r\n", StringComparison.Ordinal) is var end and > 0
            ? answer.Insert(end, "\r\nConnection: close")
            : answer;

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
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = await SecureAsync(client.GetStream());
            while (await ReadAsync(stream) is { } request)
            {
                if (request.Headers.ContainsKey("mesos-stream-id"))
                {
                    Calls.Enqueue(request);
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(AnswerToCalls), stop.Token);
                    continue;
                }

                Subscribes.Enqueue(request);
                if (script.TryDequeue(out var write))
                    await write(stream, stop.Token);
                else if (Always is not null)
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(Last(Always)), stop.Token);
                return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client went away.
        }
        finally
        {
            Interlocked.Increment(ref ended);
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream plain)
    {
        if (tls is null)
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(tls, stop.Token);
        return secure;
    }

    private async Task<SeenRequest?> ReadAsync(Stream stream)
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
        return new SeenRequest(lines[0].Split(' ')[1], headers, body, Interlocked.Increment(ref requests));
    }
}
