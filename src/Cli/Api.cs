using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>The server's HTTP API. Every refusal becomes a <see cref="Failure"/> with its exit code.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient http;

    public Api(Uri server, string? token)
    {
        Server = server;
        http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        var version = typeof(Api).Assembly.GetName().Version!.ToString(3);
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("pipeline-cli", version));
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Server { get; }

    public Task<JsonElement> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    public Task<JsonElement> PostAsync(string path, object? body, CancellationToken ct) => SendAsync(HttpMethod.Post, path, body, ct);

    public Task<JsonElement> PutAsync(string path, object? body, CancellationToken ct) => SendAsync(HttpMethod.Put, path, body, ct);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Delete, path, null, ct);

    public async Task<string> TextAsync(string path, CancellationToken ct)
    {
        using var response = await TryAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, ct);
        return await response.Content.ReadAsStringAsync(ct);
    }

    /// <summary>Writes the answer's bytes into a file; one that exists is replaced.</summary>
    /// <returns>How many bytes.</returns>
    public async Task<long> DownloadAsync(string path, string target, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await TryAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await using var file = File.Create(target);
        await response.Content.CopyToAsync(file, ct);
        return file.Length;
    }

    /// <summary>An event stream, from after the given id.</summary>
    public async Task<Stream> EventsAsync(string path, string? after, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after is { } id)
            request.Headers.Add("Last-Event-ID", id);
        var response = await TryAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body, options: JsonSerializerOptions.Web);
        using var response = await TryAsync(request, HttpCompletionOption.ResponseContentRead, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text.Length == 0 ? "{}" : text);
        }
        catch (JsonException)
        {
            throw new Failure(Exit.Unexpected, $"{Server} did not answer {path} with JSON.", "Is --url the address of a Pipeline server?");
        }
    }

    private async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, ct);
        }
        catch (HttpRequestException e)
        {
            throw new Failure(
                Exit.Unreachable, $"{Server} cannot be reached: {e.Message}",
                "Start the server with ./up, or name another one: --url or PIPELINE_URL.");
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw Problem((int)response.StatusCode, await response.Content.ReadAsStringAsync(ct), request);
    }

    private static Failure Problem(int status, string text, HttpRequestMessage request)
    {
        JsonElement? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            // not ours: a proxy, or an empty answer
        }

        var code = Exit.Of(status);
        if (problem is not { } p)
            return new Failure(code, $"{request.Method} {request.RequestUri} answered {status}.", HintFor(code));
        if (p.ValueKind == JsonValueKind.Array)
        {
            return new Failure(
                code, "The name means several objects:", "Write more digits.", null, p,
                [.. p.Items().Select(c => $"{c.Text("sha")} {c.Text("repository")} {c.Text("subject")}")]);
        }

        var name = p.Text("code") is { Length: > 0 } known ? known : p.Text("type");
        var sentence = p.Text("detail") is { Length: > 0 } detail ? detail : p.Text("title");
        var hint = p.Text("hint") is { Length: > 0 } given ? given : HintFor(code);
        return new Failure(
            code, name.Length > 0 ? $"{sentence} ({name})" : sentence, hint, p.Text("traceId"), p,
            [.. p.Items("errors").Select(e => $"{e.Text("pointer")}: {e.Text("detail")}")]);
    }

    private static string? HintFor(int code) => code switch
    {
        Exit.SignIn => "Set PIPELINE_TOKEN, or PIPELINE_TOKEN_FILE to a file that holds the token.",
        Exit.Unexpected => "The server's log tells more.",
        _ => null,
    };
}
