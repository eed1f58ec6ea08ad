using Dapper;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Tests.Loop;

namespace Pipeline.Scheduler.Tests.Data;

public sealed class QuarantineStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private LoopHarness harness = null!;
    private Leadership leadership = null!;
    private QuarantineStore store = null!;

    public async ValueTask InitializeAsync()
    {
        harness = await LoopHarness.CreateAsync();
        leadership = (await harness.Database().TryLeadAsync(None))!;
        store = harness.Database().Quarantine;
    }

    public async ValueTask DisposeAsync()
    {
        await leadership.DisposeAsync();
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task Meeting_the_same_thing_again_counts_it_and_keeps_the_newest_reason()
    {
        await PutAsync(new QuarantineEntry(QuarantineKind.Task, "t1", "first", "a"));
        await PutAsync(new QuarantineEntry(QuarantineKind.Task, "t1", "second", "b"));
        var entry = Assert.Single(await store.ListAsync("test", None));
        Assert.Equal((2, "second", "b"), (entry.Times, entry.Reason, entry.Payload));
    }

    [Fact]
    public async Task Two_commands_about_one_subject_are_two_entries()
    {
        await PutAsync(new QuarantineEntry(QuarantineKind.Command, "web", "bad", "{}"));
        await PutAsync(new QuarantineEntry(QuarantineKind.Command, "web", "bad", "{}"));
        Assert.Equal(2, (await store.ListAsync("test", None)).Count);
    }

    [Fact]
    public async Task A_term_leaves_out_what_is_open_and_nothing_that_was_released()
    {
        await PutAsync(new QuarantineEntry(QuarantineKind.Task, "t1", "bad"), new QuarantineEntry(QuarantineKind.Agent, "a1", "bad"));
        var task = (await store.ListAsync("test", None)).Single(e => e.Kind == "task");
        Assert.True(await store.ReleaseAsync("test", task.Id, Actor.Person("ada"), """{"kind":"new-term"}""", None));

        var open = await store.OpenAsync("test", None);
        Assert.False(open.Contains(QuarantineKind.Task, "t1"));
        Assert.True(open.Contains(QuarantineKind.Agent, "a1"));
        Assert.False(open.Contains(QuarantineKind.Agent, null));
        Assert.False((await store.OpenAsync("other", None)).Contains(QuarantineKind.Agent, "a1"));
    }

    [Fact]
    public async Task Open_entries_are_listed_first_then_the_newest()
    {
        foreach (var id in new[] { "t1", "t2", "t3" })
            await PutAsync(new QuarantineEntry(QuarantineKind.Task, id, "bad"));
        var newest = (await store.ListAsync("test", None))[0];
        await store.ReleaseAsync("test", newest.Id, Actor.Person("ada"), "{}", None);
        var listed = await store.ListAsync("test", None);
        Assert.Equal(["t2", "t1", "t3"], listed.Select(e => e.SubjectId));
        Assert.Equal("person:ada", listed[^1].ReleasedBy);
    }

    [Theory]
    [InlineData("Command", "{\"kind\":\"reconcile\"}", "reconcile")]
    [InlineData("Command", null, "new-term")]
    [InlineData("Task", "{\"kind\":\"reconcile\"}", "new-term")]
    [InlineData("Request", null, "new-term")]
    public async Task A_released_command_returns_to_the_queue_and_anything_else_begins_a_new_term(string kind, string? payload,
        string queued)
    {
        await PutAsync(new QuarantineEntry(Enum.Parse<QuarantineKind>(kind), "web", "bad", payload));
        var id = Assert.Single(await store.ListAsync("test", None)).Id;
        Assert.True(await store.ReleaseAsync("test", id, Actor.Person("ada"), """{"kind":"new-term"}""", None));
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        Assert.Equal(queued,
            await connection.QuerySingleAsync<string>("SELECT payload->>'kind' FROM scheduler.intake WHERE cluster = 'test'"));
    }

    [Theory]
    [InlineData("other", 0)]
    [InlineData("test", 1000)]
    public async Task An_entry_of_another_cluster_or_number_is_not_released(string cluster, int further)
    {
        await PutAsync(new QuarantineEntry(QuarantineKind.Task, "t1", "bad"));
        var id = Assert.Single(await store.ListAsync("test", None)).Id;
        Assert.False(await store.ReleaseAsync(cluster, id + further, Actor.Person("ada"), "{}", None));
        Assert.Null(Assert.Single(await store.ListAsync("test", None)).ReleasedAt);
    }

    [Fact]
    public async Task Both_ways_are_in_the_journal_with_their_actors()
    {
        await PutAsync(new QuarantineEntry(QuarantineKind.Agent, "a1", "poison"));
        await store.ReleaseAsync("test", Assert.Single(await store.ListAsync("test", None)).Id, Actor.Person("ada"), "{}", None);
        var entries = await new JournalReader(harness.Db, SchedulerKinds.All)
            .AboutAsync(new JournalSubject { Cluster = "test" }, null, 10, None);
        Assert.Equal(
            [("person:ada", "agent a1 released from quarantine"), ("system:scheduler", "agent a1 was put into quarantine: poison")],
            entries.Select(e => (e.Actor.ToString(), ((ClusterChanged)e.Event).What)));
    }

    private Task PutAsync(params QuarantineEntry[] entries) => store.PutAsync("test", leadership.Epoch, entries, [], None);
}
