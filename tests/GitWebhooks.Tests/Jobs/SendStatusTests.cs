using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

public sealed class SendStatusTests : IAsyncLifetime
{
    private static readonly CommitSha Sha = CommitSha.Parse(new string('c', 40));
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private GitRepo repo = null!;
    private FakeGitHub github = null!;
    private GitHost host = null!;
    private Repository repository = null!;

    public async ValueTask InitializeAsync()
    {
        repo = await GitRepo.CreateAsync();
        await StartAsync(201);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        repo.Dispose();
    }

    [Fact]
    public async Task The_newest_report_of_a_context_is_sent_with_its_link()
    {
        await ReportAsync(CommitState.Pending, "queued");
        await ReportAsync(CommitState.Success, new string('x', 300));
        await ReportAsync(CommitState.Success, new string('x', 300));
        foreach (var id in host.Jobs.Of<SendStatusJob>().ToList())
            await SendAsync(id);

        var call = Assert.Single(github.Calls);
        Assert.Equal($"/api/v3/repos/acme/shop/statuses/{Sha}", call.Path);
        Assert.Equal("token t0ken", call.Authorization, ignoreCase: true);
        Assert.Equal("success", call.Body.GetProperty("state").GetString());
        Assert.Equal("pipeline/build", call.Body.GetProperty("context").GetString());
        Assert.Equal(140, call.Body.GetProperty("description").GetString()!.Length);
        Assert.Equal("https://pipeline.example.org/repos/acme/shop/builds/1", call.Body.GetProperty("target_url").GetString());
        Assert.Equal(
            new StatusReported(repository.Id, Sha, "pipeline/build", "success", "sent", null),
            Assert.Single((await host.EventsAsync()).OfType<StatusReported>()));
        Assert.Equal(2, host.Jobs.Of<SendStatusJob>().Count());
    }

    [Fact]
    public async Task A_report_that_comes_while_the_one_before_is_on_its_way_is_sent_after_it()
    {
        var id = await ReportAsync(CommitState.Pending, "building");
        github.BeforeAnswer = async () =>
        {
            github.BeforeAnswer = () => Task.CompletedTask;
            await ReportAsync(CommitState.Success, "built");
        };

        await SendAsync(id);

        Assert.Equal(["pending", "success"], github.Calls.Select(c => c.Body.GetProperty("state").GetString()));
        Assert.Equal("success", Assert.Single((await host.EventsAsync()).OfType<StatusReported>()).State);
        Assert.Equal(("sent", 2, 1), await StatusAsync(id) is var s ? (s.Result, s.Version, s.Attempts) : default);
    }

    [Fact]
    public async Task A_second_job_for_a_status_that_was_sent_does_nothing()
    {
        var id = await ReportAsync(CommitState.Success, "ok");
        await SendAsync(id);
        await SendAsync(id);
        await SendAsync(Guid.Empty);

        Assert.Single(github.Calls);
        Assert.Single((await host.EventsAsync()).OfType<StatusReported>());
    }

    [Fact]
    public async Task Without_a_token_a_status_is_skipped_and_says_why()
    {
        await StopAsync();
        await StartAsync(201, token: "");
        var id = await ReportAsync(CommitState.Failure, "step 'test' ended with exit code 1");
        await SendAsync(id);

        var status = Assert.Single(await host.Get<StatusQueries>().ListAsync(repository.Id, Sha, CancellationToken.None));
        Assert.Equal("skipped", status.Result);
        Assert.Contains("GitWebhooks:GitHub:Token", status.Reason, StringComparison.Ordinal);
        Assert.Equal("skipped", Assert.Single((await host.EventsAsync()).OfType<StatusReported>()).Result);
        Assert.Empty(github.Calls);
    }

    [Fact]
    public async Task A_refusal_is_final_and_explained()
    {
        await StopAsync();
        await StartAsync(404);
        var id = await ReportAsync(CommitState.Success, "ok");
        await SendAsync(id);
        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, await SweepAsync());
        var status = await StatusAsync(id);
        Assert.Equal("failed", status.Result);
        Assert.Contains("404", status.Reason, StringComparison.Ordinal);
        Assert.Equal(status.Reason, Assert.Single((await host.EventsAsync()).OfType<StatusReported>()).Reason);
    }

    [Theory]
    [InlineData(500, null, 2)]
    [InlineData(429, "90", 90)]
    [InlineData(403, "90", 90)]
    [InlineData(429, "1", 2)] // never sooner than our own pause
    public async Task A_failure_waits_as_long_as_asked_and_is_then_sent(int code, string? retryAfter, int seconds)
    {
        await StopAsync();
        await StartAsync(code, 201);
        if (retryAfter is not null)
            github.Headers["Retry-After"] = retryAfter;
        var id = await ReportAsync(CommitState.Success, "ok");
        await SendAsync(id);
        Assert.Equal(("waiting", 1), await StatusAsync(id) is var s ? (s.Result, s.Attempts) : default);
        Assert.NotNull((await StatusAsync(id)).Reason);
        Assert.Empty((await host.EventsAsync()).OfType<StatusReported>());

        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await SweepAsync());
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await SweepAsync());
        await SendAsync(id);

        Assert.Equal(("sent", null), await StatusAsync(id) is var sent ? (sent.Result, sent.Reason) : default);
        Assert.Equal(2, github.Calls.Count);
    }

    [Fact]
    public async Task The_pause_doubles_up_to_ten_minutes_and_the_twelfth_failure_is_the_last()
    {
        await StopAsync();
        await StartAsync(500);
        var id = await ReportAsync(CommitState.Success, "ok");
        var pauses = new List<double>();
        await SendAsync(id);
        while ((await StatusAsync(id)).Result == "waiting")
        {
            pauses.Add((await WakeAsync() - time.GetUtcNow()).TotalSeconds);
            time.Advance(await WakeAsync() - time.GetUtcNow());
            Assert.Equal(1, await SweepAsync());
            await SendAsync(id);
        }

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600], pauses);
        Assert.Equal(12, github.Calls.Count);
        var status = await StatusAsync(id);
        Assert.Equal(("failed", "GitHub answered 500. Given up after 12 tries."), (status.Result, status.Reason));
        Assert.Equal("failed", Assert.Single((await host.EventsAsync()).OfType<StatusReported>()).Result);
    }

    [Fact]
    public async Task A_new_report_starts_the_count_of_tries_again_and_forgets_the_reason()
    {
        await StopAsync();
        await StartAsync(500);
        var id = await ReportAsync(CommitState.Pending, "queued");
        await SendAsync(id);
        await ReportAsync(CommitState.Success, "ok");

        Assert.Equal(
            (0, 2, "waiting", null),
            await StatusAsync(id) is var s ? (s.Attempts, s.Version, s.Result, s.Reason) : default);
        Assert.Equal(time.GetUtcNow() + StatusStore.Lease, await WakeAsync());
    }

    [Fact]
    public async Task A_sender_that_died_is_followed_by_another_after_its_lease_and_by_one_only()
    {
        var id = await ReportAsync(CommitState.Success, "ok"); // its job is lost
        time.Advance(StatusStore.Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await SweepAsync());
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SweepAsync()))).Sum());
        Assert.Equal([id, id], host.Jobs.Of<SendStatusJob>());
        Assert.Equal(0, await SweepAsync());
        time.Advance(StatusStore.Lease);
        Assert.Equal(1, await SweepAsync());
    }

    private async Task StartAsync(params int[] codes) => await StartAsync(codes, "t0ken");

    private Task StartAsync(int code, string token) => StartAsync([code], token);

    private async Task StartAsync(int[] codes, string token)
    {
        github = await FakeGitHub.StartAsync(codes);
        host = await GitHost.StartAsync(
            new() { ["GitWebhooks:GitHub:ApiUrl"] = $"{github.Url}/api/v3", ["GitWebhooks:GitHub:Token"] = token },
            s =>
            {
                s.AddSingleton<TimeProvider>(time);
                s.Remove(s.Single(d => d.ImplementationType == typeof(StatusSweep))); // the tests sweep
            });
        repository = await host.RegisterAsync(repo);
    }

    private async Task StopAsync()
    {
        await host.DisposeAsync();
        await github.DisposeAsync();
    }

    /// <returns>The id of the status.</returns>
    private async Task<Guid> ReportAsync(CommitState state, string description)
    {
        await host.Get<StatusCommands>().ReportAsync(
            Caller.System("test"),
            new NewCommitStatus(repository.Id, Sha, "pipeline/build", state, description, "/repos/acme/shop/builds/1"),
            CancellationToken.None);
        return (await host.Get<StatusQueries>().ListAsync(repository.Id, Sha, CancellationToken.None))[0].Id;
    }

    private Task SendAsync(Guid id) => host.Get<SendStatusJob>().ExecuteAsync(id, CancellationToken.None);

    private Task<int> SweepAsync() =>
        ActivatorUtilities.CreateInstance<StatusSweep>(host.Services).SweepOnceAsync(CancellationToken.None);

    private async Task<CommitStatus> StatusAsync(Guid id) => (await host.Get<StatusStore>().GetAsync(id, CancellationToken.None))!;

    private async Task<DateTimeOffset> WakeAsync() =>
        new(await host.ScalarAsync<DateTime>("SELECT next_wake FROM git.status"), TimeSpan.Zero);
}
