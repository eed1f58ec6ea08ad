using System.Net;
using System.Text;

namespace Pipeline.Cli.Tests;

/// <summary>The server's side of the wire, scripted: method and path give status and body.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Dictionary<string, (int Status, string Body, string Type)> answers = [];

    public FakeServer()
    {
        for (var port = 42100 + Environment.ProcessId % 500; ; port++)
        {
            try
            {
                listener.Prefixes.Clear();
                listener.Prefixes.Add($"http://127.0.0.1:{port}/");
                listener.Start();
                Url = $"http://127.0.0.1:{port}";
                break;
            }
            catch (HttpListenerException)
            {
                // taken: the next one
            }
        }

        _ = ServeAsync();
    }

    public string Url { get; }

    public List<(string Request, string Body, string? Authorization)> Seen { get; } = [];

    public FakeServer On(string request, int status, string body, string type = "application/json")
    {
        lock (answers)
            answers[request] = (status, body, type);
        return this;
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

            var request = $"{http.Request.HttpMethod} {http.Request.Url!.PathAndQuery}";
            using var reader = new StreamReader(http.Request.InputStream);
            var sent = await reader.ReadToEndAsync();
            (int Status, string Body, string Type) answer;
            lock (answers)
            {
                Seen.Add((request, sent, http.Request.Headers["Authorization"]));
                answer = answers.TryGetValue(request, out var known) ? known
                    : answers.TryGetValue(request.Split('?')[0], out known) ? known
                    : (404, """{"code":"not-found","title":"There is no such object","status":404}""", "application/problem+json");
            }

            http.Response.StatusCode = answer.Status;
            http.Response.ContentType = answer.Type;
            await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
            http.Response.Close();
        }
    }
}
