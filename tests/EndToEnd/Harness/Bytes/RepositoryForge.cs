using System.Net;
using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>GitHub's API as far as it says what a repository is.</summary>
public sealed class RepositoryForge : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly IReadOnlyDictionary<long, string> cloneUrls;

    /// <param name="port">Of the loopback.</param>
    /// <param name="cloneUrls">Of the repositories that it knows, by their numbers.</param>
    public RepositoryForge(int port, IReadOnlyDictionary<long, string> cloneUrls)
    {
        this.cloneUrls = cloneUrls;
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        _ = ServeAsync();
    }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (listener.IsListening)
                await AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext http)
    {
        var known = long.TryParse(http.Request.Url!.Segments[^1], out var id) & cloneUrls.TryGetValue(id, out var url);
        http.Response.StatusCode = known ? 200 : 404;
        http.Response.ContentType = "application/json";
        var body = JsonSerializer.Serialize(new
        {
            id, name = "shop", full_name = "acme/shop", owner = new { login = "acme" }, clone_url = url, default_branch = "main",
        });
        await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        http.Response.Close();
    }
}
