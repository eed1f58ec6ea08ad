using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Kernel.Text;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Server;

/// <summary>
/// The server's endpoints for runners. The server may restart at any time: every call may be repeated, and is, until it is answered.
/// A 4xx is an answer.
/// </summary>
internal sealed class ServerClient : IDisposable
{
    /// <summary>The server may be restarted, upgraded or restored meanwhile: an agent's work is worth more than a quarter of an
    /// hour.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SmallCall = TimeSpan.FromSeconds(60);
    private readonly HttpClient http;
    private readonly string taskPath;
    private readonly TimeProvider time;
    private readonly TimeSpan patience;

    /// <param name="patience">How long the server may be away before the task ends with an infra failure.</param>
    public ServerClient(Uri server, string taskId, TimeSpan patience, TimeProvider time)
    {
        this.time = time;
        this.patience = patience;
        taskPath = $"runner/v1/tasks/{Uri.EscapeDataString(taskId)}";
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false, UseCookies = false, AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60), Expect100ContinueTimeout = TimeSpan.FromSeconds(10),
        })
        {
            BaseAddress = server,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Exchanges the ticket for the token of all later calls, and the spec. The nonce stays the same in every try: a lost
    /// answer costs nothing.</summary>
    public async Task<RedeemedTicket> RedeemAsync(string ticket, bool reportsPorts, CancellationToken ct)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var redeemed = await SendAsync(
            () => Json(HttpMethod.Post, "spec", new RedeemTicket(ticket, nonce, reportsPorts), RunnerJson.Default.RedeemTicket),
            (response, token) => ReadAsync(response, RunnerJson.Default.RedeemedTicket, token),
            SmallCall,
            ct);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", redeemed.Token);
        return redeemed.Spec is null ? throw new InfraException("The server's answer has no spec.") : redeemed;
    }

    public Task ReportStepAsync(int index, StepReport report, CancellationToken ct) =>
        SendAsync(() => Json(HttpMethod.Put, $"steps/{index}", report, RunnerJson.Default.StepReport), Done, SmallCall, ct);

    public Task ReportResultAsync(BuildResult result, CancellationToken ct) =>
        SendAsync(() => Json(HttpMethod.Put, "result", result, RunnerJson.Default.BuildResult), Done, SmallCall, ct);

    public Task ReportPortsAsync(IReadOnlyList<int> ports, CancellationToken ct) =>
        SendAsync(() => Json(HttpMethod.Put, "ports", new ListeningPorts(ports), RunnerJson.Default.ListeningPorts), Done, SmallCall, ct);

    public Task ReportSecurityAsync(SecurityReport report, CancellationToken ct) =>
        SendAsync(() => Json(HttpMethod.Post, "security", report, RunnerJson.Default.SecurityReport), Done, SmallCall, ct);

    /// <summary>Appends log bytes at an offset. The answer is the size that the server has now: more or less than offset + bytes after
    /// a lost answer.</summary>
    public Task<long> AppendLogAsync(int index, long offset, ReadOnlyMemory<byte> bytes, CancellationToken ct) => SendAsync(
        () => Bytes(HttpMethod.Post, $"steps/{index}/log?offset={offset}", new ReadOnlyMemoryContent(bytes)),
        async (response, token) =>
        {
            if (response.StatusCode != HttpStatusCode.Conflict)
                await ThrowIfRefusedAsync(response, token);
            return (await DeserializeAsync(response, RunnerJson.Default.LogSize, token)).Size;
        },
        SmallCall,
        ct);

    public Task<bool> HasArtifactAsync(string digest, CancellationToken ct) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Head, PathOf($"artifacts/{digest}")),
        async (response, token) =>
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
                return false;
            await ThrowIfRefusedAsync(response, token);
            return true;
        },
        SmallCall,
        ct);

    /// <param name="open">The bytes from their beginning, again for each try.</param>
    public Task PutArtifactAsync(string digest, Func<Stream> open, long bytes, CancellationToken ct) => SendAsync(
        () =>
        {
            var request = Bytes(HttpMethod.Put, $"artifacts/{digest}", new StreamContent(open(), 128 * 1024));
            // A refusal comes before the bytes go, and is not lost with the connection.
            request.Headers.ExpectContinue = true;
            return request;
        },
        Done,
        TransferLimit(bytes),
        ct);

    /// <summary>Streams to a file and hashes on the way. More bytes than expected are not read.</summary>
    /// <param name="path"><c>source</c> or <c>artifacts/sha256:…</c>.</param>
    /// <returns><c>sha256:&lt;hex&gt;</c> of what came.</returns>
    public Task<string> DownloadAsync(string path, string file, long maxBytes, CancellationToken ct) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Get, PathOf(path)),
        async (response, token) =>
        {
            await ThrowIfRefusedAsync(response, token);
            await using var stream = await response.Content.ReadAsStreamAsync(token);
            return await HashingCopy.ToFileAsync(stream, file, maxBytes, token);
        },
        TransferLimit(maxBytes),
        ct);

    public void Dispose() => http.Dispose();

    // A quarter of an hour, or 1 MB/s; a transfer that hangs is started again.
    private static TimeSpan TransferLimit(long bytes) => TimeSpan.FromSeconds(Math.Clamp(bytes / 1e6, 900, 6 * 3600));

    private string PathOf(string rest) => $"{taskPath}/{rest}";

    private HttpRequestMessage Json<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type) =>
        new(method, PathOf(path)) { Content = JsonContent.Create(body, type) };

    private HttpRequestMessage Bytes(HttpMethod method, string path, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new HttpRequestMessage(method, PathOf(path)) { Content = content };
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
    {
        await ThrowIfRefusedAsync(response, ct);
        return await DeserializeAsync(response, type, ct);
    }

    private static async Task<T> DeserializeAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, ct) ?? throw new InfraException("The server's answer is empty.");
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new ServerRefusedException((int)response.StatusCode, $"The server's answer cannot be read: {e.Message}");
        }
    }

    private static async Task<bool> Done(HttpResponseMessage response, CancellationToken ct)
    {
        await ThrowIfRefusedAsync(response, ct);
        return true;
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode)
            throw new ServerRefusedException((int)response.StatusCode, await response.Content.ReadAsStringAsync(ct));
    }

    private async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> make, Func<HttpResponseMessage, CancellationToken, Task<T>> read, TimeSpan limit, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            string problem;
            Exception? cause = null;
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
                timeout.CancelAfter(limit);
                using var request = make();
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
                if (!IsTransient(response.StatusCode))
                    return await read(response, timeout.Token);
                problem = $"{(int)response.StatusCode}";
            }
            catch (Exception e) when (
                e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                (problem, cause) = (e.Message, e);
            }

            if (time.GetElapsedTime(started) > patience)
                throw new InfraException($"The server did not answer for {patience.TotalMinutes:0} minutes: {problem}", cause);
            await Task.Delay(pause + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(50)), time, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static bool IsTransient(HttpStatusCode status) =>
        (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
}

/// <summary>A 4xx: the same call would get the same answer.</summary>
internal sealed class ServerRefusedException(int status, string body)
    : Exception($"The server refused ({status}): {ByteText.Cut(body, 300)}")
{
    public int Status { get; } = status;

    /// <summary>What the server's problem (RFC 9457) says; else the whole answer.</summary>
    public string Detail { get; } = DetailOf(body) ?? body;

    private static string? DetailOf(string body)
    {
        try
        {
            using var problem = System.Text.Json.JsonDocument.Parse(body);
            return problem.RootElement.GetProperty("detail").GetString();
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
