using System.Net;
using System.Text;

namespace Pipeline.Cli.Tests;

/// <summary>How an event stream goes on after what was sent: it ends, it breaks, or it stays open and silent.</summary>
internal enum StreamEnd
{
    Ends,
    Breaks,
    StaysOpen,
}

/// <summary>The server's side of the wire, scripted: method and path give status and body.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly HttpListener listener;
    private readonly Dictionary<string, (int Status, string Body, string Type)> answers = [];
    private readonly Dictionary<string, Queue<(string Body, StreamEnd End)>> streams = [];

    public FakeServer()
    {
        for (var port = 42100 + Environment.ProcessId % 500; ; port++)
        {
            try
            {
                // A listener whose start failed is of no further use.
                listener = new HttpListener();
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

    /// <summary>The Last-Event-ID of every event stream asked for.</summary>
    public List<string?> Resumed { get; } = [];

    public FakeServer On(string request, int status, string body, string type = "application/json")
    {
        lock (answers)
            answers[request] = (status, body, type);
        return this;
    }

    /// <summary>The next connection to this event stream.</summary>
    public FakeServer Stream(string request, string body, StreamEnd end = StreamEnd.Ends)
    {
        lock (answers)
        {
            if (!streams.TryGetValue(request, out var queue))
                streams[request] = queue = new();
            queue.Enqueue((body, end));
        }

        return this;
    }

    public void Dispose() => listener.Close();

    private static (int Status, string Body, string Type) Streamed((string Body, StreamEnd End) next, out StreamEnd end)
    {
        end = next.End;
        return (200, next.Body, "text/event-stream");
    }

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
            var end = StreamEnd.Ends;
            lock (answers)
            {
                Seen.Add((request, sent, http.Request.Headers["Authorization"]));
                answer = answers.TryGetValue(request, out var known) ? known
                    : answers.TryGetValue(request.Split('?')[0], out known) ? known
                    : streams.TryGetValue(request.Split('?')[0], out var queue) && queue.TryDequeue(out var next)
                        ? Streamed(next, out end)
                    : (404, """{"code":"not-found","title":"There is no such object","status":404}""", "application/problem+json");
                if (answer.Type == "text/event-stream")
                    Resumed.Add(http.Request.Headers["Last-Event-ID"]);
            }

            http.Response.StatusCode = answer.Status;
            if (end != StreamEnd.Ends)
                http.Response.SendChunked = true;
            http.Response.ContentType = answer.Type;
            await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
            if (end == StreamEnd.Ends)
                http.Response.Close();
            else
                await http.Response.OutputStream.FlushAsync();
            if (end == StreamEnd.Breaks)
                http.Response.Abort();
        }
    }
}
