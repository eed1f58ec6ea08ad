using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests;

public sealed class StatusTests
{
    private static readonly CommitSha Sha = CommitSha.Parse(new string('c', 40));

    [Fact]
    public async Task The_newest_report_of_a_context_is_sent_with_its_link()
    {
        await using var github = await FakeGitHub.StartAsync();
        using var repo = await GitRepo.CreateAsync();
        await using var host = await StartAsync(github);
        var repository = await host.RegisterAsync(repo);
        await ReportAsync(host, repository, CommitState.Pending, "queued");
        await ReportAsync(host, repository, CommitState.Success, new string('x', 300));
        await ReportAsync(host, repository, CommitState.Success, new string('x', 300));
        foreach (var id in host.Jobs.Of<SendStatusJob>().ToList())
            await host.Get<SendStatusJob>().ExecuteAsync(id, CancellationToken.None);

        var call = Assert.Single(github.Calls);
        Assert.Equal($"/api/v3/repos/acme/shop/statuses/{Sha}", call.Path);
        Assert.Equal("token t0ken", call.Authorization, ignoreCase: true);
        Assert.Equal("success", call.Body.GetProperty("state").GetString());
        Assert.Equal("pipeline/build", call.Body.GetProperty("context").GetString());
        Assert.Equal(140, call.Body.GetProperty("description").GetString()!.Length);
        Assert.Equal("https://pipeline.example.org/repos/acme/shop/builds/1", call.Body.GetProperty("target_url").GetString());
        Assert.Equal("sent", Assert.Single((await host.EventsAsync()).OfType<StatusReported>()).Result);
        Assert.Equal(2, host.Jobs.Of<SendStatusJob>().Count());
    }

    [Fact]
    public async Task Without_a_token_a_status_is_skipped_and_says_why()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        await ReportAsync(host, repository, CommitState.Failure, "step 'test' ended with exit code 1");
        await host.Get<SendStatusJob>().ExecuteAsync(host.Jobs.Of<SendStatusJob>().Single(), CancellationToken.None);
        var status = Assert.Single(await host.Get<StatusQueries>().ListAsync(repository.Id, Sha, CancellationToken.None));
        Assert.Equal("skipped", status.Result);
        Assert.Contains("GitWebhooks:GitHub:Token", status.Reason, StringComparison.Ordinal);
        Assert.Equal("skipped", Assert.Single((await host.EventsAsync()).OfType<StatusReported>()).Result);
    }

    [Fact]
    public async Task A_refusal_is_final_and_explained()
    {
        await using var github = await FakeGitHub.StartAsync(404);
        using var repo = await GitRepo.CreateAsync();
        await using var host = await StartAsync(github);
        var repository = await host.RegisterAsync(repo);
        await ReportAsync(host, repository, CommitState.Success, "ok");
        await host.Get<SendStatusJob>().ExecuteAsync(host.Jobs.Of<SendStatusJob>().Single(), CancellationToken.None);
        var status = Assert.Single(await host.Get<StatusQueries>().ListAsync(repository.Id, Sha, CancellationToken.None));
        Assert.Equal("failed", status.Result);
        Assert.Contains("404", status.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, null, 3)]
    [InlineData(429, "90", 91)]
    [InlineData(403, "90", 91)]
    public async Task A_failure_waits_as_long_as_asked_and_is_then_sent(int code, string? retryAfter, int seconds)
    {
        await using var github = await FakeGitHub.StartAsync(code, 201);
        github.RetryAfter = retryAfter;
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        using var repo = await GitRepo.CreateAsync();
        await using var host = await StartAsync(github, s => s.AddSingleton<TimeProvider>(time));
        var repository = await host.RegisterAsync(repo);
        await ReportAsync(host, repository, CommitState.Success, "ok");
        var id = host.Jobs.Of<SendStatusJob>().Single();
        await host.Get<SendStatusJob>().ExecuteAsync(id, CancellationToken.None);
        Assert.Equal("waiting", (await host.Get<StatusStore>().GetAsync(id, CancellationToken.None))!.Result);

        var sweep = host.Services.GetServices<IHostedService>().OfType<StatusSweep>().Single();
        Assert.Equal(0, await sweep.SweepOnceAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromSeconds(seconds));
        await sweep.SweepOnceAsync(CancellationToken.None);
        await host.Get<SendStatusJob>().ExecuteAsync(id, CancellationToken.None);
        Assert.Equal("sent", (await host.Get<StatusStore>().GetAsync(id, CancellationToken.None))!.Result);
        Assert.Equal(2, github.Calls.Count);
    }

    [Theory]
    [InlineData("a\nb   c", "a b c")]
    [InlineData("", "")]
    public void A_description_is_one_line(string given, string expected) => Assert.Equal(expected, StatusText.Fit(given));

    private static Task<GitHost> StartAsync(FakeGitHub github, Action<IServiceCollection>? replace = null) => GitHost.StartAsync(
        new() { ["GitWebhooks:GitHub:ApiUrl"] = $"{github.Url}/api/v3", ["GitWebhooks:GitHub:Token"] = "t0ken" }, replace);

    private static Task ReportAsync(GitHost host, Repository repository, CommitState state, string description) => host.Get<StatusCommands>().ReportAsync(
        Caller.System("test"), new NewCommitStatus(repository.Id, Sha, "pipeline/build", state, description, "/repos/acme/shop/builds/1"),
        CancellationToken.None);
}

internal sealed record GitHubCall(string Path, string Authorization, JsonElement Body);

/// <summary>GitHub's REST API as far as statuses go: records calls, answers with the given codes in turn, the last one for ever.</summary>
internal sealed class FakeGitHub : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<GitHubCall> calls = new();
    private readonly Queue<int> codes;

    private FakeGitHub(WebApplication app, int[] codes) => (this.app, this.codes) = (app, new Queue<int>(codes.Length == 0 ? [201] : codes));

    public string Url => app.Urls.First();
    public string? RetryAfter { get; set; }
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
        http.Response.StatusCode = codes.Count > 1 ? codes.Dequeue() : codes.Peek();
        if (http.Response.StatusCode >= 400 && RetryAfter is not null)
            http.Response.Headers.RetryAfter = RetryAfter;
        await http.Response.WriteAsJsonAsync(new { id = 1, state = "success", message = "no" });
    }
}
