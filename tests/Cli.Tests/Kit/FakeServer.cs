using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Cli.Tests.Kit;

/// <summary>The server's side of the wire on a real socket, scripted: method and path give status and body.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private const string Unknown = """{"code":"not-found","title":"There is no such object","status":404}""";
    private readonly WebApplication app;
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, Queue<Answer>> answers = [];
    private readonly List<SeenRequest> seen = [];
    private Answer otherwise = new(404, Unknown, "application/problem+json", StreamEnd.Ends);

    private FakeServer(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    /// <summary>Every request so far, in order.</summary>
    public IReadOnlyList<SeenRequest> Seen
    {
        get
        {
            lock (gate)
                return [.. seen];
        }
    }

    /// <summary>The requests that change something.</summary>
    public IReadOnlyList<SeenRequest> Writes => [.. Seen.Where(s => !s.Reads)];

    /// <summary>The Last-Event-ID of every event stream that was asked for.</summary>
    public IReadOnlyList<string?> Resumed =>
    [
        .. Seen.Where(s => s.Headers.GetValueOrDefault("Accept") == "text/event-stream")
            .Select(s => s.Headers.GetValueOrDefault("Last-Event-ID")),
    ];

    public static FakeServer Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeServer(builder.Build());
        server.app.Run(server.HandleAsync);
        server.app.Start();
        return server;
    }

    /// <summary>The answer to a request, with or without its query. Said again, it replaces the former.</summary>
    public FakeServer On(string request, int status, string body, string type = "application/json") =>
        Script(request, replace: true, new Answer(status, body, type, StreamEnd.Ends));

    /// <summary>The answers to a request, one after the other; the last one stays.</summary>
    public FakeServer Sequence(string request, params string[] bodies)
    {
        foreach (var (i, body) in bodies.Index())
            Script(request, replace: i == 0, new Answer(200, body, "application/json", StreamEnd.Ends));
        return this;
    }

    /// <summary>The answer to every request that was not scripted; by default 404.</summary>
    public FakeServer Otherwise(int status, string body, string type = "application/json")
    {
        lock (gate)
            otherwise = new Answer(status, body, type, StreamEnd.Ends);
        return this;
    }

    /// <summary>The next connection to this event stream.</summary>
    public FakeServer Stream(string request, string body, StreamEnd end = StreamEnd.Ends) =>
        Script(request, replace: false, new Answer(200, body, "text/event-stream", end));

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await app.DisposeAsync();
        closing.Dispose();
    }

    private FakeServer Script(string request, bool replace, Answer answer)
    {
        lock (gate)
        {
            if (replace || !answers.ContainsKey(request))
                answers[request] = new Queue<Answer>();
            answers[request].Enqueue(answer);
        }

        return this;
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        // The path as it was sent: escapes are part of what is tested.
        var target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var answer = Take(new SeenRequest(
            $"{http.Request.Method} {target}", body, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString())));
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.Type;
        var bytes = Encoding.UTF8.GetBytes(answer.Body);
        // Promised and never sent: the client reads everything, and then sees that the answer broke off.
        http.Response.ContentLength = answer.End == StreamEnd.Breaks ? bytes.Length + 1 : null;
        await http.Response.Body.WriteAsync(bytes);
        if (answer.End != StreamEnd.StaysOpen)
            return;
        await http.Response.Body.FlushAsync();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closing.Token, http.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Abort();
    }

    private Answer Take(SeenRequest request)
    {
        lock (gate)
        {
            seen.Add(request);
            if (!answers.TryGetValue(request.Request, out var queue) && !answers.TryGetValue(request.Request.Split('?')[0], out queue))
                return otherwise;
            // A stream's connection is used once; any other answer stays until the next one is scripted.
            return queue.Count > 1 || queue.Peek().End != StreamEnd.Ends ? Next(queue) : queue.Peek();
        }
    }

    private Answer Next(Queue<Answer> queue) =>
        queue.TryDequeue(out var next) ? next : otherwise;

    private sealed record Answer(int Status, string Body, string Type, StreamEnd End);
}
