using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Http;

/// <summary>The server's HTTP API. Every refusal becomes a <see cref="CommandException"/> with its exit code.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;

    public ApiClient(Uri server, string? token)
    {
        Server = server;
        http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        var version = typeof(ApiClient).Assembly.GetName().Version!.ToString(3);
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("pipeline-cli", version));
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Server { get; }

    public Task<JsonElement> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    public Task<JsonElement> PostAsync(string path, object? body, CancellationToken ct) => SendAsync(HttpMethod.Post, path, body, ct);

    public Task<JsonElement> PutAsync(string path, object? body, CancellationToken ct) => SendAsync(HttpMethod.Put, path, body, ct);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Delete, path, null, ct);

    /// <returns>Null when there is no such object.</returns>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken ct)
    {
        try
        {
            return await GetAsync(path, ct);
        }
        catch (CommandException e) when (e.ExitCode == ExitCodes.NotFound)
        {
            return null;
        }
    }

    public async Task<string> TextAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SucceedAsync(request, HttpCompletionOption.ResponseContentRead, ct);
        return await response.Content.ReadAsStringAsync(ct);
    }

    /// <summary>Writes the answer's bytes into a file; one that exists is replaced once everything has come.</summary>
    /// <returns>The number of bytes.</returns>
    public async Task<long> DownloadAsync(string path, string target, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SucceedAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        var partial = target + ".part";
        var file = Create(partial);
        try
        {
            long bytes;
            await using (file)
            {
                await response.Content.CopyToAsync(file, ct);
                bytes = file.Length;
            }

            Replace(partial, target);
            return bytes;
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Opens an event stream after the given event id.</summary>
    public async Task<Stream> OpenStreamAsync(string path, string? lastEventId, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await SucceedAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    public void Dispose() => http.Dispose();

    private static FileStream Create(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    private static void Replace(string partial, string target)
    {
        try
        {
            File.Move(partial, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(target, e);
        }
    }

    private static CommandException NotWritable(string path, Exception e) =>
        new(ExitCodes.Usage, $"{path} cannot be written: {e.Message}", "Name another file with -o.");

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body, options: JsonSerializerOptions.Web);
        using var response = await SucceedAsync(request, HttpCompletionOption.ResponseContentRead, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text.Length == 0 ? "{}" : text);
        }
        catch (JsonException)
        {
            throw new CommandException(
                ExitCodes.Unexpected, $"{Server} did not answer {method} {path} with JSON.",
                "Check that --url or PIPELINE_URL is the address of a Pipeline server.");
        }
    }

    private async Task<HttpResponseMessage> SucceedAsync(
        HttpRequestMessage request, HttpCompletionOption completion, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, ct);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(
                ExitCodes.Unreachable, $"{Server} cannot be reached: {e.Message}",
                "Start the server with ./up, or name another one with --url or PIPELINE_URL.");
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(ct);
            throw ProblemDocument.ToException((int)response.StatusCode, text, $"{request.Method} {request.RequestUri}");
        }
    }
}
