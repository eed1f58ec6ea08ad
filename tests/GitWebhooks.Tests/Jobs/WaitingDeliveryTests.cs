using System.Net;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

/// <summary>A delivery that is not processed is found again: by the sweep, by the forge that sends it again, by a person.</summary>
public sealed class WaitingDeliveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Body = Payloads.Push(CommitSha.Parse(new string('a', 40)));
    private static readonly string Unusable = Body.Replace("refs/heads/", "refs/heads/..", StringComparison.Ordinal);
    private const string Later = "UPDATE git.delivery SET received_at = received_at - interval '1 minute'";
    private const string Due = "UPDATE git.delivery SET next_wake = now() - interval '1 second' WHERE state = 'received'";

    [Fact]
    public async Task The_sweep_starts_a_job_for_a_delivery_whose_job_was_lost()
    {
        await using var host = await GitHost.StartAsync();
        var id = await host.ReceiveAsync(Body);
        Assert.Equal([id], Started(host));
        var first = await host.ScalarAsync<DateTime>("SELECT next_wake FROM git.delivery");

        await host.ExecuteAsync(Due);

        await Eventually.IsTrueAsync(() => Task.FromResult(Started(host).Count == 2), Patience, "the sweep starts a job");
        Assert.Equal([id, id], Started(host));
        Assert.True(await host.ScalarAsync<DateTime>("SELECT next_wake FROM git.delivery") >= first);
    }

    [Fact]
    public async Task The_sweep_leaves_a_delivery_alone_whose_job_fails_and_which_has_a_next_try()
    {
        await using var host = await GitHost.StartAsync();
        var failing = await host.ReceiveAsync(Body);
        var lost = await host.ReceiveAsync(Body);
        await host.ExecuteAsync($"""
            INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, created_at, tries, first_failed_at,
                                          last_failed_at, error_type, error)
            VALUES (gen_random_uuid(), '1', 'ProcessDeliveryJob', '', 'delivery', '{failing}', now(), 44, now(), now(), 'x', 'away')
            """);

        await host.ExecuteAsync(Due);

        await Eventually.IsTrueAsync(() => Task.FromResult(Started(host).Count == 3), Patience, "the sweep starts a job");
        Assert.Equal([failing, lost, lost], Started(host));
    }

    /// <summary>While servers are replaced one by one: it writes no next wake, whatever it does.</summary>
    [Fact]
    public async Task What_an_older_server_receives_is_swept_too_and_what_it_has_processed_is_over()
    {
        await using var host = await GitHost.StartAsync();
        var id = Guid.NewGuid();
        await host.ExecuteAsync($"""
            INSERT INTO git.delivery (id, forge, external_id, event, received_at, headers, body, state)
            VALUES ('{id}', 'github', 'by-an-older-server', 'push', now(), '{"{}"}', '\x7b7d', 'received')
            """);
        Assert.True(await host.ScalarAsync<bool>("SELECT next_wake > now() FROM git.delivery"));

        await host.ExecuteAsync(Due);
        await Eventually.IsTrueAsync(() => Task.FromResult(Started(host).Contains(id)), Patience, "the sweep starts a job");
        await host.ExecuteAsync("UPDATE git.delivery SET state = 'processed', outcome = 'head moved', processed_at = now()");

        Assert.True(await host.ScalarAsync<bool>("SELECT next_wake IS NULL FROM git.delivery"));
    }

    [Theory]
    [InlineData(true, "processed")]
    [InlineData(false, "rejected")]
    public async Task What_is_over_has_no_next_wake(bool usable, string state)
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        await host.RegisterAsync(repo);
        var sha = await repo.CommitAsync("A");
        await repo.PushAsync("main");

        await host.PushAsync(usable ? Payloads.Push(sha) : Unusable);

        Assert.Equal(state, await host.ScalarAsync<string>("SELECT state FROM git.delivery"));
        Assert.True(await host.ScalarAsync<bool>("SELECT next_wake IS NULL FROM git.delivery"));
    }

    [Fact]
    public async Task The_forge_sends_a_delivery_again_that_waits_and_starts_a_job()
    {
        await using var host = await GitHost.StartAsync();
        (await host.DeliverAsync(Body, delivery: "d-1")).EnsureSuccessStatusCode();
        (await host.DeliverAsync(Body, delivery: "d-1")).EnsureSuccessStatusCode();
        Assert.Single(Started(host)); // at once: the same request, sent twice
        await host.ExecuteAsync(Later);

        (await host.DeliverAsync(Body, delivery: "d-1")).EnsureSuccessStatusCode();

        Assert.Equal(2, Started(host).Count);
        Assert.Equal(1, await host.ScalarAsync<long>("SELECT count(*) FROM git.delivery"));
    }

    [Fact]
    public async Task A_rejected_delivery_that_comes_again_is_processed_when_what_was_wrong_is_mended()
    {
        await using var github = await FakeGitHub.StartAsync(200);
        await using var host = await GitHost.StartAsync(new() { ["GitWebhooks:GitHub:ApiUrl"] = github.Url });
        using var repo = await GitRepo.CreateAsync();
        var sha = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        var body = Payloads.Push(sha);
        (await host.DeliverAsync(body, delivery: "d-1")).EnsureSuccessStatusCode();
        var id = Started(host).Single();
        await host.ProcessAsync(id);
        Assert.Equal("rejected", await host.ScalarAsync<string>("SELECT state FROM git.delivery"));
        await host.RegisterAsync(repo);
        await host.ExecuteAsync(Later);

        (await host.DeliverAsync(body, delivery: "d-1")).EnsureSuccessStatusCode();
        Assert.Equal([id, id], Started(host));
        await host.ProcessAsync(id);

        Assert.Equal("processed", await host.ScalarAsync<string>("SELECT state FROM git.delivery"));
        Assert.Equal(sha, (await host.EventsAsync()).OfType<CommitPushed>().Single().Sha);
    }

    [Fact]
    public async Task What_was_processed_or_needs_no_job_starts_none_when_it_comes_again()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        await host.RegisterAsync(repo);
        var sha = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        (await host.DeliverAsync(Payloads.Push(sha), delivery: "d-1")).EnsureSuccessStatusCode();
        (await host.DeliverAsync("{}", name: "ping", delivery: "d-2")).EnsureSuccessStatusCode();
        await host.ProcessAsync(Started(host).Single());
        await host.ExecuteAsync(Later);

        (await host.DeliverAsync(Payloads.Push(sha), delivery: "d-1")).EnsureSuccessStatusCode();
        (await host.DeliverAsync("{}", name: "ping", delivery: "d-2")).EnsureSuccessStatusCode();

        Assert.Single(Started(host));
    }

    [Fact]
    public async Task A_person_starts_a_delivery_again_that_waits_and_no_other()
    {
        await using var host = await GitHost.StartAsync();
        var id = await host.ReceiveAsync(Body);

        Assert.Equal(HttpStatusCode.Accepted, await RetryAsync(host, id));
        Assert.Equal([id, id], Started(host));
        await host.ExecuteAsync("UPDATE git.delivery SET state = 'processed', next_wake = NULL");
        Assert.Equal(HttpStatusCode.Conflict, await RetryAsync(host, id));
        Assert.Equal(HttpStatusCode.NotFound, await RetryAsync(host, Guid.NewGuid()));

        Assert.Equal(2, Started(host).Count);
        var recorded = Assert.Single((await host.EventsAsync()).OfType<ActionRecorded>());
        Assert.Equal(("delivery.retry", id.ToString()), (recorded.Action, recorded.Target));
    }

    private static List<Guid> Started(GitHost host) => [.. host.Jobs.Of<ProcessDeliveryJob>()];

    private static async Task<HttpStatusCode> RetryAsync(GitHost host, Guid id) =>
        (await host.Http.PostAsync(new Uri($"/api/v1/deliveries/{id}/retry", UriKind.Relative), null)).StatusCode;
}
