using Dapper;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.Scheduler.Tests.Loop;

namespace Pipeline.Scheduler.Tests.Data;

/// <summary>A group commit is all or nothing, and a new leader reads what it wrote.</summary>
public sealed class ClusterStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private const string TaskId = "build.1.1.1";

    private LoopHarness harness = null!;
    private Leadership leadership = null!;
    private ClusterStore store = null!;

    public async ValueTask InitializeAsync()
    {
        harness = await LoopHarness.CreateAsync();
        leadership = (await harness.Database().TryLeadAsync(None))!;
        store = harness.Database().Rows;
    }

    public async ValueTask DisposeAsync()
    {
        await leadership.DisposeAsync();
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task What_a_machine_decided_is_read_back_by_the_next_leader()
    {
        var machine = new Machine();
        await CommitAsync(machine, new SubmitDeployCommand(Machine.Web("v1",
            3) with { Options = new DeployOptions { Owner = "team", Retry = new Retry(2) } }));
        await CommitAsync(machine, new ScaleCommand("api-web", 4, false, false, Machine.By(TimeSpan.FromHours(1), "peak")));
        await CommitAsync(machine, new FreezeLaunchesCommand(0.2m, false, Machine.By()));
        await CommitAsync(machine, new ForcePlacementCommand(PlacementStrategy.Greedy, true, Machine.By()));

        var snapshot = await harness.Database().ReadAsync(new QuarantinedIds(), None);
        var request = Assert.Single(snapshot.Requests);
        Assert.Equal(machine.Requests["api-web"].Overrides.Scale, request.Overrides.Scale);
        var deploy = Assert.Single(snapshot.Deploys);
        Assert.Equal(("v1", 2, "team"), (deploy.Id, deploy.Spec.Options.Retry.Times, deploy.Spec.Options.Owner));
        Assert.Equal(machine.Rows.Keys.Order(), snapshot.Tasks.Select(t => t.Id).Order());
        Assert.All(snapshot.Tasks, t => Assert.Equal("team", t.Owner));
        Assert.Equal((0.2m, PlacementStrategy.Greedy), (snapshot.Freeze!.Level, snapshot.Forced.Strategy!.Value));
        Assert.Equal(1, snapshot.Attempts[("v1", 1)]);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with \"quotes\" and \\ backslashes")]
    [InlineData("commas, {braces} and NULL")]
    [InlineData("")]
    public async Task The_offers_of_a_task_survive_the_database_whatever_their_ids(string offer)
    {
        var effects = Submitted(t => t with { OfferIds = [offer, "second"], Ports = [31000, 31001] });
        await store.SaveAsync(leadership.Epoch, effects, [], None);
        var details = await harness.Queries.TaskAsync(TaskId, None);
        Assert.Equal([offer, "second"], details!.OfferIds);
        Assert.Equal([31000, 31001], details.Task.Ports);
    }

    [Fact]
    public async Task An_update_that_came_twice_is_kept_once_and_one_of_an_unknown_task_not_at_all()
    {
        var effects = Submitted(t => t);
        foreach (var (task, uuid) in new[] { (TaskId, 1), (TaskId, 1), (TaskId, 2), ("other", 3) })
        {
            effects.Statuses.Add(new TaskUpdateRow(new Mesos.TaskStatus(
                task, Mesos.TaskState.Running, "a1", null, null, null, [(byte)uuid], null, null, null, null), Now));
        }

        await store.SaveAsync(leadership.Epoch, effects, [], None);
        Assert.Equal(2, (await harness.Queries.TaskAsync(TaskId, None))!.Statuses.Count);
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM scheduler.task_status"));
    }

    [Fact]
    public async Task A_commit_that_the_database_refuses_leaves_nothing_behind()
    {
        await harness.Queue.EnqueueAsync("test", "v1", new SubmitDeployCommand(Machine.Web("v1")), None);
        var item = Assert.Single(await store.ReadCommandsAsync(None));
        var effects = new Effects { Framework = new FrameworkRecord("fw-9", FrameworkState.Subscribed, null, null, null) };
        effects.Tasks["t1"] = new TaskRecord("t\0", "web", "web.1", 1, 1, new ResourceNeed(1, 64, 10, 0), Now);
        effects.Events.Add(new NewJournalEntry(new ClusterChanged("test", "never"), Actor.System("scheduler"),
            new JournalSubject { Cluster = "test" }));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => store.SaveAsync(leadership.Epoch, effects, [item.Id], None));

        Assert.Single(await store.ReadCommandsAsync(None));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM scheduler.framework"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM journal.event WHERE kind = 'cluster.changed'"));
    }

    [Fact]
    public async Task A_freeze_that_is_lifted_and_a_machine_that_is_forgotten_leave_no_row()
    {
        var change = new Change(Actor.Person("ada"), null, Now, null);
        var effects = new Effects { Freeze = new FreezeChange(new PriorityFreeze(0.5m, false, change)) };
        effects.Machines[(MachineKind.Agent, "h1")] = new MachineRecord(MachineKind.Agent, "h1", MachineState.Frozen, change);
        await store.SaveAsync(leadership.Epoch, effects, [], None);
        Assert.NotNull(await harness.Queries.PriorityFreezeAsync("test", None));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM scheduler.machine"));

        var undone = new Effects { Freeze = new FreezeChange(null) };
        undone.RemovedMachines.Add((MachineKind.Agent, "h1"));
        await store.SaveAsync(leadership.Epoch, undone, [], None);
        Assert.Null(await harness.Queries.PriorityFreezeAsync("test", None));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM scheduler.machine"));
    }

    [Fact]
    public async Task A_command_whose_payload_cannot_be_read_comes_with_the_error()
    {
        await using (var connection = await harness.Db.OpenConnectionAsync(None))
        {
            await connection.ExecuteAsync("""
                INSERT INTO scheduler.intake (cluster, at, subject_id, payload)
                SELECT 'test', now(), 's', p::jsonb FROM unnest(ARRAY['null', '{"kind":"tomorrow"}', '{"kind":"kill","taskId":7}', '[]']) AS p
                """);
        }

        var items = await store.ReadCommandsAsync(None);
        Assert.Equal(4, items.Count);
        Assert.All(items, i => Assert.True(i.Command is null && i.Error is { Length: > 0 } && i.Payload is not null, i.Error));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Only_an_ended_task_of_the_cluster_is_known(bool ended, bool known)
    {
        var effects = Submitted(t => t with { Phase = ended ? TaskPhase.Finished : TaskPhase.Running, EndedAt = ended ? Now : null });
        await store.SaveAsync(leadership.Epoch, effects, [], None);
        Assert.Equal(known, await store.KnowsTaskAsync(TaskId, None));
        Assert.False(await store.KnowsTaskAsync("t2", None));
    }

    /// <summary>What the machine writes of a run, with its task as the test wants it.</summary>
    private static Effects Submitted(Func<TaskRecord, TaskRecord> change)
    {
        var machine = new Machine();
        machine.Do(new SubmitRunCommand(Machine.Build()));
        machine.Last.Tasks[TaskId] = change(machine.Last.Tasks[TaskId]);
        return machine.Last;
    }

    private async Task CommitAsync(Machine machine, SchedulerInput input)
    {
        machine.Do(input);
        await store.SaveAsync(leadership.Epoch, machine.Last, [], None);
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}
