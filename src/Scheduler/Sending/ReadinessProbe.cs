using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Sending;

/// <summary>Probes an instance from outside: HTTP or HTTPS GET (2xx and 3xx pass) or TCP connect. Every probe has a result.</summary>
[SuppressMessage("Security", "CA5359", Justification =
    "An instance is probed by address, so the name in its certificate cannot match: readiness says that it answers, not who it is.")]
internal sealed class ReadinessProbe(TimeProvider time) : IDisposable
{
    private const int KeptBytes = 1024;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromSeconds(10),
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    public async Task<ProbeCompleted> TryAsync(RunProbe probe, CancellationToken ct)
    {
        var at = time.GetUtcNow();
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(probe.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            var (passed, status, detail) = probe.HttpPath is { } path ? await GetAsync(probe, path, both.Token)
                : await ConnectAsync(probe, both.Token);
            return new ProbeCompleted(probe.TaskId, at, time.GetElapsedTime(began), passed, status, Clean(detail));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeCompleted(probe.TaskId, at, time.GetElapsedTime(began), false, null,
                $"no answer within {probe.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or UriFormatException)
        {
            var refused = e is SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
            return new ProbeCompleted(probe.TaskId, at, time.GetElapsedTime(began), false, null, Clean(e.Message), refused);
        }
    }

    /// <summary>The result without a try: whoever listens on the port, it is not the task.</summary>
    public ProbeCompleted NobodyThere(RunProbe probe) => new(
        probe.TaskId, time.GetUtcNow(), TimeSpan.Zero, false, null,
        string.Create(CultureInfo.InvariantCulture, $"its program does not listen on port {probe.Port}"), Refused: true);

    public void Dispose() => http.Dispose();

    private async Task<(bool, int?, string?)> GetAsync(RunProbe probe, string path, CancellationToken ct)
    {
        var url = new Uri($"{(probe.Https ? "https" : "http")}://{probe.Address}:{probe.Port}{(path.StartsWith('/') ? path : "/" + path)}");
        using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var kept = new byte[KeptBytes];
        var length = await body.ReadAtLeastAsync(kept, KeptBytes, throwOnEndOfStream: false, ct);
        var status = (int)response.StatusCode;
        return (status is >= 200 and < 400, status, Encoding.UTF8.GetString(kept, 0, length));
    }

    private static async Task<(bool, int?, string?)> ConnectAsync(RunProbe probe, CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(probe.Address, probe.Port, ct);
        return (true, null, "connected");
    }

    // PostgreSQL text holds everything but NUL.
    private static string? Clean(string? text) => text?.Replace('\0', '\uFFFD');
}
