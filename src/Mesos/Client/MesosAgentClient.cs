using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Pipeline.Mesos.Client;

/// <summary>Reads a task's sandbox and resource usage from its agent's API. A task or sandbox that is gone is no error: the result is
/// null.</summary>
public sealed class MesosAgentClient : IDisposable
{
    private const string CredentialsHint = " Check Clusters:<name>:AgentPrincipal and AgentSecret, and the agent's ACLs.";

    private readonly HttpClient http;
    private readonly AuthenticationHeaderValue? authorization;

    /// <exception cref="MesosCallException">The CA file cannot be read.</exception>
    public MesosAgentClient(MesosAgentOptions? options = null)
    {
        http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = MasterTls.Options(options?.CaFile),
        })
        { Timeout = TimeSpan.FromSeconds(15) };
        if (options?.Principal is not null)
            authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Principal}:{options.Secret}")));
    }

    /// <summary>The virtual path of a task's latest run. For a command task the executor's id is the task's.</summary>
    public static string SandboxPath(string frameworkId, string executorId, string file = "") =>
        $"/frameworks/{frameworkId}/executors/{executorId}/runs/latest" + (file.Length > 0 ? "/" + file : "");

    /// <summary>The entries of a directory; a file has none. Null when the agent does not know the path.</summary>
    /// <exception cref="HttpRequestException">The agent does not answer, or answers with an error.</exception>
    public async Task<IReadOnlyList<SandboxFile>?> BrowseAsync(string agentUrl, string path, CancellationToken ct)
    {
        using var response = await GetAsync(agentUrl, "browse", path, "", ct);
        if (response is null)
            return null;
        var entries = await response.Content.ReadFromJsonAsync<List<AgentFile>>(ct) ?? [];
        return [.. entries.Select(e => new SandboxFile(e.Path, e.Size, e.Mode, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(e.Mtime)))];
    }

    /// <summary>A part of a file as text. An offset past the end gives empty data; a negative one gives the file's size as
    /// offset.</summary>
    /// <param name="length">The most bytes to read; agents limit it further.</param>
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

    /// <summary>What every container of the agent uses (GET_CONTAINERS).</summary>
    /// <exception cref="HttpRequestException">The agent does not answer, or answers with an error.</exception>
    public async Task<IReadOnlyList<ContainerUsage>> ContainersAsync(string agentUrl, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{agentUrl}/api/v1"))
        {
            // The media type is compared exactly: one with a charset is 415.
            Content = new ByteArrayContent("""{"type":"GET_CONTAINERS"}"""u8.ToArray())
            {
                Headers = { ContentType = new("application/json") },
            },
            Headers = { Accept = { new("application/json") } },
        };
        using var response = await SendAsync(request, ct) ?? throw new HttpRequestException($"{request.RequestUri}: 404");
        var answer = await response.Content.ReadFromJsonAsync<AgentContainersAnswer>(ct);
        var complete = (answer?.Containers?.List ?? []).Where(c => c is { Framework: not null, Executor: not null, Used: not null });
        return [.. complete.Select(c => c.ToUsage())];
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => http.Dispose();

    private Task<HttpResponseMessage?> GetAsync(
        string agentUrl, string operation, string path, string parameters, CancellationToken ct) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, new Uri($"{agentUrl}/files/{operation}?path={Uri.EscapeDataString(path)}{parameters}")), ct);

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
            var agentHint = hint.Replace(":CaFile", ":AgentCaFile", StringComparison.Ordinal);
            throw new HttpRequestException(e.HttpRequestError, e.Message + agentHint, e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            var text = await response.Content.ReadAsStringAsync(ct);
            var hint = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? CredentialsHint : "";
            throw new HttpRequestException(
                $"{request.RequestUri}: {(int)response.StatusCode} {text.Trim()}{hint}", null, response.StatusCode);
        }
    }
}
