using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

/// <summary>The job of a delivery twice, at once, after a crash, and against a remote that changed meanwhile.</summary>
public sealed class RepeatedDeliveryTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly List<NewJournalEntry> started = [];
    private int failures;
    private GitRepo repo = null!;
    private GitHost host = null!;
    private Repository repository = null!;

    public async ValueTask InitializeAsync()
    {
        repo = await GitRepo.CreateAsync();
        host = await GitHost.StartAsync(replace: s => s.AddSingleton<EventFlow>(StartJobs));
        repository = await host.RegisterAsync(repo);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        repo.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_job_again_changes_nothing_whether_it_pushed_or_deleted(bool deletes)
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main:topic");
        var delivery = await host.PushAsync(Payloads.Push(a, branch: "topic"));
        if (deletes)
        {
            await repo.PushAsync(":topic");
            delivery = await host.PushAsync(Payloads.Push(null, a, branch: "topic"));
        }

        var before = await RowsAsync();
        await host.ProcessAsync(delivery);
        await host.ProcessAsync(Guid.Empty);

        Assert.Empty(Written.Changes(before, await RowsAsync()));
        Assert.Equal(deletes ? 1 : 0, (await host.EventsAsync()).OfType<BranchDeleted>().Count());
    }

    [Fact]
    public async Task The_same_delivery_by_many_jobs_at_once_is_announced_once()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        var delivery = await host.ReceiveAsync(Payloads.Push(a));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => host.ProcessAsync(delivery))));

        Assert.Equal(delivery.ToString(), Assert.Single((await host.EventsAsync()).OfType<CommitPushed>()).DeliveryId);
        Assert.Equal("processed: head moved", await OutcomeAsync(delivery));
    }

    [Fact]
    public async Task A_push_and_a_deletion_delivered_many_times_at_once_are_announced_once_each()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main:topic");
        var pushes = await ReceiveAsync(4, Payloads.Push(a, branch: "topic"));
        await Task.WhenAll(pushes.Select(id => Task.Run(() => host.ProcessAsync(id))));
        await repo.PushAsync(":topic");
        var deletions = await ReceiveAsync(4, Payloads.Push(null, a, branch: "topic"));
        await Task.WhenAll(deletions.Select(id => Task.Run(() => host.ProcessAsync(id))));

        var events = await host.EventsAsync();
        Assert.Single(events.OfType<CommitPushed>());
        Assert.Single(events.OfType<BranchDeleted>());
        Assert.Equal(
            ["processed: head moved", "processed: pushed to this branch before"],
            (await Task.WhenAll(pushes.Select(OutcomeAsync))).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            ["processed: branch deleted", "processed: branch unknown or deleted before"],
            (await Task.WhenAll(deletions.Select(OutcomeAsync))).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_before_the_commit_leaves_nothing_and_the_job_again_does_all(bool deletes)
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main:topic");
        var delivery = await host.ReceiveAsync(Payloads.Push(a, branch: "topic"));
        if (deletes)
        {
            await host.ProcessAsync(delivery);
            await repo.PushAsync(":topic");
            delivery = await host.ReceiveAsync(Payloads.Push(null, a, branch: "topic"));
        }

        started.Clear();
        failures = 1;
        var before = await RowsAsync();
        await Assert.ThrowsAsync<IOException>(() => host.ProcessAsync(delivery));
        Assert.Empty(Written.Changes(before, await RowsAsync()));
        Assert.Equal("received: ", await OutcomeAsync(delivery));

        await host.ProcessAsync(delivery);

        Assert.Equal(deletes ? "processed: branch deleted" : "processed: head moved", await OutcomeAsync(delivery));
        Assert.Equal(deletes ? typeof(BranchDeleted) : typeof(CommitPushed), Assert.Single(started).Event.GetType());
    }

    [Fact]
    public async Task A_remote_that_cannot_be_reached_leaves_the_delivery_for_the_next_try()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        await host.ExecuteAsync("UPDATE git.repository SET clone_url = 'file:///nowhere/at/all.git'");
        var delivery = await host.ReceiveAsync(Payloads.Push(a));
        var before = await RowsAsync();

        await Assert.ThrowsAnyAsync<LibGit2Sharp.LibGit2SharpException>(() => host.ProcessAsync(delivery));
        Assert.Empty(Written.Changes(before, await RowsAsync()));

        await host.RegisterAsync(repo);
        await host.ProcessAsync(delivery);
        Assert.Equal("processed: head moved", await OutcomeAsync(delivery));
    }

    [Fact]
    public async Task A_repository_that_moved_is_fetched_from_its_new_place_and_keeps_its_history()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(a));
        using var moved = await GitRepo.CreateAsync();
        var b = await moved.CommitAsync("B");
        await moved.PushAsync("main");

        Assert.Equal(repository.Id, (await host.RegisterAsync(moved)).Id);
        await host.PushAsync(Payloads.Push(b, a));

        Assert.Equal([(a, false), (b, true)], (await host.EventsAsync()).OfType<CommitPushed>().Select(e => (e.Sha, e.Forced)));
        Assert.NotNull(host.Get<SourceQueries>().ReadFile(repository.Id, a, "readme").Bytes);
        Assert.NotNull(host.Get<SourceQueries>().ReadFile(repository.Id, b, "readme").Bytes);
        Assert.Equal(b, Assert.Single(await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, None)).Head);
    }

    [Fact]
    public async Task A_commit_that_a_forced_push_took_away_and_a_branch_that_went_or_came_back_are_said_so()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        var gone = CommitSha.Parse(new string('d', 40));
        var lost = await host.PushAsync(Payloads.Push(gone, a, forced: true));
        var late = await host.PushAsync(Payloads.Push(null, a));
        var unknown = await host.PushAsync(Payloads.Push(null, a, branch: "never-seen"));
        var since = await host.PushAsync(Payloads.Push(a, branch: "deleted-since"));

        Assert.Equal($"processed: {gone.Short} is no longer on the remote", await OutcomeAsync(lost));
        Assert.Equal($"processed: the branch exists again at {a.Short}", await OutcomeAsync(late));
        Assert.Equal("processed: branch unknown or deleted before", await OutcomeAsync(unknown));
        Assert.Equal("processed: the branch was deleted since", await OutcomeAsync(since));
        Assert.DoesNotContain(await host.EventsAsync(), e => e is CommitPushed or BranchDeleted);
        Assert.Empty(await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, None));
    }

    [Fact]
    public async Task Of_thousands_of_branches_only_the_pushed_one_is_fetched()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        var refs = string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"create refs/heads/team/{i % 50}/topic-{i} {a}"));
        await repo.UpdateRemoteRefsAsync(refs);

        await host.PushAsync(Payloads.Push(a, branch: "team/7/topic-2957"));

        using var mirror = new LibGit2Sharp.Repository(host.Get<Mirror>().PathOf(repository.Id));
        Assert.Single(mirror.Refs);
        Assert.Equal("team/7/topic-2957", Assert.Single(await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, None)).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task A_new_branch_brings_all_its_commits_and_the_next_push_those_after_them(int commits)
    {
        for (var i = 0; i < commits; i++)
            await repo.GitAsync("commit", "-q", "--allow-empty", "-m", $"{i}");
        var head = await repo.CommitAsync("Head");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(head));
        Assert.Equal(commits + 1, await host.ScalarAsync<long>("SELECT count(*) FROM git.commit"));

        var (next, last) = (await repo.CommitAsync("Next"), await repo.CommitAsync("Last"));
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(last, head));

        Assert.Equal(commits + 3, await host.ScalarAsync<long>("SELECT count(*) FROM git.commit"));
        Assert.Equal("eleni", (await host.Get<CommitQueries>().GetAsync(repository.Id, last, None))!.Pusher);
        Assert.Null((await host.Get<CommitQueries>().GetAsync(repository.Id, next, None))!.Pusher);
    }

    private void StartJobs(NewJournalEntry entry)
    {
        if (failures-- > 0)
            throw new IOException("the server was killed");
        started.Add(entry);
    }

    private async Task<IReadOnlyList<Guid>> ReceiveAsync(int times, string body)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < times; i++)
            ids.Add(await host.ReceiveAsync(body));
        return ids;
    }

    private async Task<string> OutcomeAsync(Guid delivery) =>
        (await host.ScalarAsync<string>($"SELECT state || ': ' || coalesce(outcome, '') FROM git.delivery WHERE id = '{delivery}'"))!;

    private Task<Written> RowsAsync() => Written.ReadAsync(host.Get<NpgsqlDataSource>());
}
