using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

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

/// <summary>Reads a task's sandbox by the agent's files API. Nothing here fails because a task or its sandbox is gone: null says
/// so.</summary>
public sealed class MesosAgentClient : IDisposable
{
    private readonly HttpClient http = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

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

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage?> GetAsync(string agentUrl, string what, string path, string more, CancellationToken ct)
    {
        var uri = new Uri($"{agentUrl}/files/{what}?path={Uri.EscapeDataString(path)}{more}");
        var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            var text = await response.Content.ReadAsStringAsync(ct);
            throw new HttpRequestException($"{uri}: {(int)response.StatusCode} {text.Trim()}", null, response.StatusCode);
        }
    }

    private sealed record Entry(
        [property: JsonPropertyName("path")] string Path, [property: JsonPropertyName("size")] long Size,
        [property: JsonPropertyName("mode")] string Mode, [property: JsonPropertyName("mtime")] double Mtime);
}
