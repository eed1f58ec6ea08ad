using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mesos.Client;

namespace Pipeline.Mesos;

/// <param name="Path">As the agent names it; usable for a further call.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">As <c>ls -l</c> shows it: <c>-rw-r--r--</c>, directories begin with d.</param>
public sealed record SandboxFile(string Path, long Size, string Mode, DateTimeOffset Modified)
{
    public bool IsDirectory => Mode.StartsWith('d');
}

/// <summary>A piece of a file: <paramref name="Data"/> begins at <paramref name="Offset"/>. Empty data with the file's size as offset
/// when none was asked.</summary>
public sealed record SandboxText(string Data, long Offset);

/// <summary>What a container used, as its agent's isolators count it. Cpu times are sums since its start.</summary>
/// <param name="At">By the agent's clock.</param>
/// <param name="CpuLimit">In cores, the executor's own share included.</param>
public sealed record ContainerUsage(
    string FrameworkId, string ExecutorId, DateTimeOffset At, double? CpuUserSeconds, double? CpuSystemSeconds, double? CpuLimit,
    long? MemoryBytes, long? MemoryLimitBytes, long? DiskBytes, long? DiskLimitBytes);

/// <summary>Reads what agents tell of a task: its sandbox by the files API, its resources by the agent's API. Nothing here fails because
/// a task or its sandbox is gone: null says so.</summary>
public sealed class MesosAgentClient : IDisposable
{
    private const string RefusedHint = " Check Clusters:<name>:AgentPrincipal and AgentSecret, and the agent's ACLs.";

    private readonly HttpClient http;
    private readonly AuthenticationHeaderValue? authorization;

    /// <exception cref="MesosCallException">The CA file cannot be read.</exception>
    public MesosAgentClient(MesosAgentOptions? options = null)
    {
        http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5), SslOptions = MasterTls.Options(options?.CaFile),
        })
        { Timeout = TimeSpan.FromSeconds(15) };
        if (options?.Principal is not null)
            authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Principal}:{options.Secret}")));
    }

    /// <summary>The virtual path of a task's latest run. For a command task the executor's id is the task's.</summary>
    public static string SandboxPath(string frameworkId, string executorId, string file = "") =>
        $"/frameworks/{frameworkId}/executors/{executorId}/runs/latest" + (file.Length > 0 ? "/" + file : "");

    /// <summary>The entries of a directory, a file has none; null when the agent does not know the path.</summary>
    /// <exception cref="HttpRequestException">The agent does not answer, or answers with an error.</exception>
    public async Task<IReadOnlyList<SandboxFile>?> BrowseAsync(string agentUrl, string path, CancellationToken ct)
    {
        using var response = await GetAsync(agentUrl, "browse", path, "", ct);
        if (response is null)
            return null;
        var entries = await response.Content.ReadFromJsonAsync<List<Entry>>(ct) ?? [];
        return [.. entries.Select(e => new SandboxFile(e.Path, e.Size, e.Mode, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(e.Mtime)))];
    }

    /// <summary>A piece of a file as text. An offset past the end gives empty data; a negative one gives the file's size as
    /// offset.</summary>
    /// <param name="length">At most so many bytes; agents send less than asked when it is much.</param>
    /// <exception cref="HttpRequestException">The agent does not answer, or answers with an error.</exception>
    public async Task<SandboxText?> ReadAsync(string agentUrl, string path, long offset, int length, CancellationToken ct)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"&offset={offset}&length={length}");
        using var response = await GetAsync(agentUrl, "read", path, range, ct);
        if (response is null)
            return null;

        // Agents put the file's bytes into the JSON as they are: an offset that cuts a character leaves bytes that are no UTF-8, which
        // a JSON reader refuses. Decoded first, they become U+FFFD.
        var json = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(ct));
        return JsonSerializer.Deserialize<SandboxText>(json, JsonSerializerOptions.Web);
    }

    /// <summary>The whole file; the caller disposes of the stream.</summary>
    /// <exception cref="HttpRequestException">The agent does not answer, or answers with an error.</exception>
    public async Task<Stream?> DownloadAsync(string agentUrl, string path, CancellationToken ct)
    {
        var response = await GetAsync(agentUrl, "download", path, "", ct);
        return response is null ? null : await response.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>What every container of the agent used (GET_CONTAINERS).</summary>
    /// <exception cref="HttpRequestException">The agent does not answer, or answers with an error.</exception>
    public async Task<IReadOnlyList<ContainerUsage>> ContainersAsync(string agentUrl, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{agentUrl}/api/v1"))
        {
            // The media type is compared exactly: one with a charset is 415.
            Content = new ByteArrayContent("""{"type":"GET_CONTAINERS"}"""u8.ToArray()) { Headers = { ContentType = new("application/json") } },
            Headers = { Accept = { new("application/json") } },
        };
        using var response = await SendAsync(request, ct) ?? throw new HttpRequestException($"{request.RequestUri}: 404");
        var answer = await response.Content.ReadFromJsonAsync<ContainersAnswer>(ct);
        return [.. (answer?.Containers?.List ?? []).Where(c => c is { Framework: not null, Executor: not null, Used: not null }).Select(c => c.ToUsage())];
    }

    public void Dispose() => http.Dispose();

    private Task<HttpResponseMessage?> GetAsync(string agentUrl, string what, string path, string more, CancellationToken ct) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, new Uri($"{agentUrl}/files/{what}?path={Uri.EscapeDataString(path)}{more}")), ct);

    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        request.Headers.Authorization = authorization;
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e) when (MasterTls.HintFor(e) is { Length: > 0 } hint)
        {
            throw new HttpRequestException(e.HttpRequestError, e.Message + hint.Replace(":CaFile", ":AgentCaFile", StringComparison.Ordinal), e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            var text = await response.Content.ReadAsStringAsync(ct);
            var hint = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? RefusedHint : "";
            throw new HttpRequestException($"{request.RequestUri}: {(int)response.StatusCode} {text.Trim()}{hint}", null, response.StatusCode);
        }
    }

    private sealed record ContainersAnswer([property: JsonPropertyName("get_containers")] ContainerList? Containers);

    private sealed record ContainerList([property: JsonPropertyName("containers")] List<Container>? List);

    private sealed record Id([property: JsonPropertyName("value")] string Value);

    private sealed record Container(
        [property: JsonPropertyName("framework_id")] Id? Framework, [property: JsonPropertyName("executor_id")] Id? Executor,
        [property: JsonPropertyName("resource_statistics")] Statistics? Used)
    {
        public ContainerUsage ToUsage() => new(
            Framework!.Value, Executor!.Value, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(Used!.Timestamp), Used.UserSeconds, Used.SystemSeconds,
            Used.CpuHardLimit ?? Used.CpuSoftLimit, Used.MemoryBytes, Used.MemoryLimit, Used.DiskBytes, Used.DiskLimit);
    }

    private sealed record Statistics(
        [property: JsonPropertyName("timestamp")] double Timestamp,
        [property: JsonPropertyName("cpus_user_time_secs")] double? UserSeconds,
        [property: JsonPropertyName("cpus_system_time_secs")] double? SystemSeconds,
        [property: JsonPropertyName("cpus_limit")] double? CpuHardLimit,
        [property: JsonPropertyName("cpus_soft_limit")] double? CpuSoftLimit,
        [property: JsonPropertyName("mem_rss_bytes")] long? MemoryBytes,
        [property: JsonPropertyName("mem_limit_bytes")] long? MemoryLimit,
        [property: JsonPropertyName("disk_used_bytes")] long? DiskBytes,
        [property: JsonPropertyName("disk_limit_bytes")] long? DiskLimit);

    private sealed record Entry(
        [property: JsonPropertyName("path")] string Path, [property: JsonPropertyName("size")] long Size,
        [property: JsonPropertyName("mode")] string Mode, [property: JsonPropertyName("mtime")] double Mtime);
}
