using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.GitWebhooks.Tests;

internal sealed record GitHubCall(string Path, string Authorization, JsonElement Body);

/// <summary>GitHub's REST API as far as statuses and repositories go: records calls of statuses, answers with the given codes in turn, the
/// last one for ever.</summary>
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

    /// <summary>The repositories that there are, by number: owner, name, clone URL, default branch.</summary>
    public Dictionary<long, (string Owner, string Name, string CloneUrl, string DefaultBranch)> Repositories { get; } = [];

    /// <summary>How often a repository was looked up.</summary>
    public int Lookups { get; private set; }

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
        app.MapGet("/repositories/{id:long}", github.Repository);
        await app.StartAsync();
        return github;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private IResult Repository(long id)
    {
        Lookups++;
        return codes.Peek() >= 500 ? Results.StatusCode(codes.Peek())
            : !Repositories.TryGetValue(id, out var found) ? Results.NotFound(new { message = "Not Found" })
            : Results.Json(new
            {
                id, name = found.Name, owner = new { login = found.Owner, id = 1, type = "Organization" },
                full_name = $"{found.Owner}/{found.Name}",
                clone_url = found.CloneUrl, html_url = $"https://github.com/{found.Owner}/{found.Name}",
                default_branch = found.DefaultBranch,
            });
    }

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
