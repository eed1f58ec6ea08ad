using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>GitHub's statuses API on a free port: takes what the product reports of a commit and remembers it in order.</summary>
public sealed class FakeForge : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<(string Path, string Context, string State)> reports = new();

    public FakeForge()
    {
        Url = $"http://127.0.0.1:{FreePort.Next()}";
        listener.Prefixes.Add($"{Url}/");
        listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>What makes a server report here.</summary>
    public IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string> { ["GitWebhooks__GitHub__ApiUrl"] = Url, ["GitWebhooks__GitHub__Token"] = "t0ken" };

    /// <summary>States of one context of a commit, the first one first; a state that was sent again is there once.</summary>
    public IReadOnlyList<string> StatesOf(string repository, string sha, string context)
    {
        var states = reports.Where(r => r.Path == $"/repos/tests/{repository}/statuses/{sha}" && r.Context == context).Select(r => r.State)
            .ToList();
        return [.. states.Where((state, i) => i == 0 || states[i - 1] != state)];
    }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext http;
            try
            {
                http = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var body = (await JsonDocument.ParseAsync(http.Request.InputStream)).RootElement;
            reports.Enqueue(
                (http.Request.Url!.AbsolutePath, body.GetProperty("context").GetString()!, body.GetProperty("state").GetString()!));
            http.Response.StatusCode = (int)HttpStatusCode.Created;
            http.Response.ContentType = "application/json";
            await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes("""{"id":1,"state":"success"}"""));
            http.Response.Close();
        }
    }
}
