using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Tests.Core.Harness;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>What the guard keeps from the machine, and whom it blames when the machine throws.</summary>
public sealed class QuarantineGuardTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly QuarantinedIds quarantined = new();
    private LoopHarness harness = null!;
    private Leadership leadership = null!;
    private QuarantineGuard guard = null!;

    public async ValueTask InitializeAsync()
    {
        harness = await LoopHarness.CreateAsync();
        leadership = (await harness.Database().TryLeadAsync(None))!;
        var term = new LoopTerm(
            "test", leadership.Epoch, TimeProvider.System, false, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        guard = new QuarantineGuard(harness.Database().Quarantine, quarantined, new LoopTelemetry(harness.Metrics, term), term);
    }

    public async ValueTask DisposeAsync()
    {
        await leadership.DisposeAsync();
        await harness.DisposeAsync();
    }

    [Fact]
    public void Offers_come_one_by_one_without_those_of_a_quarantined_agent()
    {
        quarantined.Add(QuarantineKind.Agent, "a2");
        var admitted = guard.Admit(new MasterEventReceived(new OffersReceived([OfferOf("a1"), OfferOf("a2"), OfferOf("a3")]))).ToList();
        Assert.Equal(["a1", "a3"], admitted.Select(i => ((OffersReceived)((MasterEventReceived)i).Event).Offers.Single().AgentId));
    }

    [Fact]
    public void Updates_of_a_quarantined_task_are_left_out_and_those_of_others_are_not()
    {
        quarantined.Add(QuarantineKind.Task, "t1");
        Assert.Empty(guard.Admit(Update("t1", "x")));
        Assert.Single(guard.Admit(Update("t2", "x")));
    }

    [Fact]
    public void A_message_loses_the_character_that_the_database_cannot_store()
    {
        var admitted = Assert.IsType<MasterEventReceived>(Assert.Single(guard.Admit(Update("t1", "a\0b"))));
        Assert.Equal("a\uFFFDb", ((TaskUpdated)admitted.Event).Status.Message);
    }

    [Fact]
    public void Anything_else_passes_unchanged()
    {
        SchedulerInput[] inputs = [new Tick(), Update("t1", null), Update("t1", "fine"), new TaskLookedUp("t1", null, true)];
        Assert.All(inputs, i => Assert.Same(i, Assert.Single(guard.Admit(i))));
    }

    [Fact]
    public void A_command_is_refused_when_it_is_unreadable_or_its_request_is_in_quarantine()
    {
        quarantined.Add(QuarantineKind.Request, "api-web");
        Assert.Equal("bad JSON", guard.RefusalOf(new QueuedCommand(1, null!, false, false) { Error = "bad JSON" }));
        Assert.Contains("api-web", guard.RefusalOf(Queued(new SubmitDeployCommand(Machine.Web("v1")))), StringComparison.Ordinal);
        Assert.Null(guard.RefusalOf(Queued(new SubmitRunCommand(Machine.Build()))));
        quarantined.Add(QuarantineKind.Request, "build.acme.web.api");
        Assert.NotNull(guard.RefusalOf(Queued(new SubmitRunCommand(Machine.Build()))));
    }

    [Fact]
    public async Task Refused_commands_leave_the_queue_and_their_senders_get_the_reason()
    {
        var sent = harness.Queue.SendAsync("test", "v1", new SubmitDeployCommand(Machine.Web("v1")), None);
        var item = await TestKit.Eventually.BecomesAsync(
            async () => (await harness.Database().Rows.ReadCommandsAsync(None)).SingleOrDefault(), i => i is not null,
                TimeSpan.FromSeconds(20), "queued");
        await guard.RefuseAsync([item! with { Error = "unreadable", Command = null! }], None);
        var answer = await sent;
        Assert.Equal(("quarantined", 422, "unreadable"), (answer.Outcome!.Code, answer.Outcome.Status, answer.Outcome.Detail));
        Assert.Empty(await harness.Database().Rows.ReadCommandsAsync(None));
    }

    [Theory]
    [InlineData("update", "task", "t1")]
    [InlineData("offer", "agent", "a1")]
    [InlineData("tick", "event", "Tick")]
    [InlineData("timer", "request", "api-web")]
    [InlineData("timer of nobody", "event", "step")]
    [InlineData("nothing", "event", "step")]
    public async Task The_culprit_of_a_step_that_threw_is_quarantined_and_the_term_ends(string handled, string kind, string subject)
    {
        var machine = new Machine();
        machine.Do(new SubmitDeployCommand(Machine.Web("v1")));
        object? culprit = handled switch
        {
            "update" => Update("t1", "x"),
            "offer" => new MasterEventReceived(new OffersReceived([OfferOf("a1")])),
            "tick" => new Tick(),
            "timer" => "v1.1.1",
            "timer of nobody" => "gone.1.1",
            _ => null,
        };
        var ended = await Assert.ThrowsAsync<TermEndedException>(
            () => guard.QuarantineAsync(machine.Core, culprit, [], new InvalidOperationException("poison"), None));
        Assert.Equal("poison", ended.InnerException!.Message);
        var entry = Assert.Single(await harness.Database().Quarantine.ListAsync("test", None));
        Assert.Equal((kind, subject, "InvalidOperationException: poison"), (entry.Kind, entry.SubjectId, entry.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_threw_is_quarantined_with_its_payload_and_leaves_the_queue(bool answered)
    {
        await harness.Queue.EnqueueAsync("test", "v1", new SubmitDeployCommand(Machine.Web("v1")), None);
        var item = Assert.Single(await harness.Database().Rows.ReadCommandsAsync(None));
        object handled = answered ? new CommandReceived(item.Id, item.Command) : item.Command;
        await Assert.ThrowsAsync<TermEndedException>(
            () => guard.QuarantineAsync(new Machine().Core, handled, [item], new InvalidOperationException("poison"), None));
        var entry = Assert.Single(await harness.Database().Quarantine.ListAsync("test", None));
        Assert.Equal(("command", "v1"), (entry.Kind, entry.SubjectId));
        Assert.Contains("api-web", entry.Payload, StringComparison.Ordinal);
        Assert.Empty(await harness.Database().Rows.ReadCommandsAsync(None));
    }

    private static QueuedCommand Queued(SchedulerCommand command) => new(1, command, false, false);

    private static MasterEventReceived Update(string task, string? message) =>
        new(new TaskUpdated(new TaskStatus(task, TaskState.Running, "a1", null, null, message, [1], null, null, null, null)));

    private static Offer OfferOf(string agent) => new(
        $"o-{agent}", agent, agent, "10.0.0.1", "http://10.0.0.1:5051", "pipeline", new OfferedResources(1, 1, 1, []),
        new Dictionary<string, string>(), null);
}
