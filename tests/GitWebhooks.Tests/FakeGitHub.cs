using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.GitWebhooks.Tests;

internal sealed record GitHubCall(string Path, string Authorization, JsonElement Body);

/// <summary>GitHub's REST API as far as statuses go: records calls, answers with the given codes in turn, the last one for ever.</summary>
internal sealed class FakeGitHub : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<GitHubCall> calls = new();
    private readonly Queue<int> codes;

    private FakeGitHub(WebApplication app, int[] codes)
    {
        this.app = app;
        this.codes = new Queue<int>(codes.Length == 0 ? [201] : codes);
    }

    public string Url => app.Urls.First();

    /// <summary>Sent with every answer of 400 and above.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>What an error says.</summary>
    public string Message { get; set; } = "no";

    /// <summary>Runs after a call was recorded and before it is answered.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<GitHubCall> Calls => [.. calls];

    public static async Task<FakeGitHub> StartAsync(params int[] codes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var github = new FakeGitHub(app, codes);
        app.MapPost("/{**path}", github.AnswerAsync);
        await app.StartAsync();
        return github;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var body = await JsonDocument.ParseAsync(http.Request.Body);
        calls.Enqueue(new GitHubCall(http.Request.Path, http.Request.Headers.Authorization.ToString(), body.RootElement));
        await BeforeAnswer();
        http.Response.StatusCode = codes.Count > 1 ? codes.Dequeue() : codes.Peek();
        if (http.Response.StatusCode >= 400)
        {
            foreach (var (name, value) in Headers)
                http.Response.Headers[name] = value;
        }

        await http.Response.WriteAsJsonAsync(new { id = 1, state = "success", message = Message });
    }
}
