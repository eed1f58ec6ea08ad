using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Tests.Core.Policy;

/// <summary>Every state of an agent or rack against every action: what it becomes, or why it is refused.</summary>
public sealed class MachineRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string, string> Transitions => new()
    {
        { "Active", "Freeze", "Frozen" },
        { "Active", "Drain", "Draining to Frozen" },
        { "Active", "Decommission", "Draining to Decommissioned" },
        { "Active", "Activate", "already-active" },
        { "Frozen", "Freeze", "already-frozen" },
        { "Frozen", "Drain", "Draining to Frozen" },
        { "Frozen", "Decommission", "Draining to Decommissioned" },
        { "Frozen", "Activate", "Active" },
        { "Draining to Frozen", "Freeze", "illegal-transition" },
        { "Draining to Frozen", "Drain", "already-draining" },
        { "Draining to Frozen", "Decommission", "Draining to Decommissioned" },
        { "Draining to Frozen", "Activate", "Active" },
        { "Draining to Decommissioned", "Freeze", "illegal-transition" },
        { "Draining to Decommissioned", "Drain", "already-draining" },
        { "Draining to Decommissioned", "Decommission", "already-decommissioning" },
        { "Draining to Decommissioned", "Activate", "Active" },
        { "Decommissioned", "Freeze", "illegal-transition" },
        { "Decommissioned", "Drain", "illegal-transition" },
        { "Decommissioned", "Decommission", "already-decommissioned" },
        { "Decommissioned", "Activate", "Active" },
    };

    [Theory]
    [MemberData(nameof(Transitions))]
    public void An_action_leads_to_a_state_or_is_refused(string from, string action, string expected) =>
        Assert.Equal(expected, Reached(Record(from), Action(action)));

    [Fact]
    public void The_table_has_every_action_on_every_state() => Assert.Equal(5 * Enum.GetValues<MachineAction>().Length, Transitions.Count);

    [Theory]
    [InlineData("Freeze")]
    [InlineData("Drain")]
    [InlineData("Decommission")]
    public void What_was_never_touched_is_active(string action) =>
        Assert.Equal(Reached(Record("Active"), Action(action)), Reached(null, Action(action)));

    [Theory]
    [InlineData("Frozen", 202)]
    [InlineData("Draining to Frozen", 422)]
    [InlineData("Draining to Decommissioned", 422)]
    [InlineData("Decommissioned", 422)]
    public void Only_a_frozen_agent_may_be_activated_for_a_time(string from, int status) =>
        Assert.Equal(status, MachineRules.Judge(Record(from), Action("Activate", TimeSpan.FromHours(1)), Now).Outcome.Status);

    [Theory]
    [InlineData("Drain", true, 202)]
    [InlineData("Decommission", true, 202)]
    [InlineData("Drain", false, 422)]
    [InlineData("Decommission", false, 422)]
    [InlineData("Freeze", true, 422)]
    public void Only_a_drain_with_a_duration_can_kill_what_is_left(string action, bool hasDuration, int status)
    {
        var command = Action(action, hasDuration ? TimeSpan.FromHours(1) : null) with { KillAtExpiry = true };
        var (next, outcome) = MachineRules.Judge(null, command, Now);
        Assert.Equal(status, outcome.Status);
        Assert.Equal(status == 202 ? true : null, next?.KillAtExpiry);
    }

    [Fact]
    public void An_action_notes_who_when_why_and_until_when()
    {
        var (next, _) = MachineRules.Judge(null, Action("Drain", TimeSpan.FromHours(2)), Now);
        Assert.Equal(new Change(Actor.Person("nikos"), "disks", Now, Now.AddHours(2)), next!.Change);
    }

    [Theory]
    [InlineData("Active", "Active")]
    [InlineData("Frozen", "Frozen")]
    [InlineData("Draining to Frozen", "Active")]
    public void An_action_for_a_time_returns_to_the_state_before_but_never_into_a_drain(string from, string expected)
    {
        var (next, _) = MachineRules.Judge(Record(from), Action("Decommission", TimeSpan.FromHours(1)), Now);
        var reverted = MachineRules.Reverted(next!, Now.AddHours(1));
        Assert.Equal(expected, reverted.State.ToString());
        Assert.Equal((MachineState.Active, null, Now.AddHours(1)), (reverted.Before, reverted.Change.Until, reverted.Change.Since));
        Assert.Equal(Actor.System("scheduler"), reverted.Change.By);
    }

    [Theory]
    [InlineData("Draining to Frozen", false, "Frozen", true)]
    [InlineData("Draining to Decommissioned", false, "Decommissioned", true)]
    [InlineData("Draining to Frozen", true, "Frozen", false)]
    public void An_empty_agent_is_what_the_drain_was_for(string from, bool kills, string expected, bool keepsExpiry)
    {
        var draining = Record(from) with { KillAtExpiry = kills, Change = new Change(Actor.Person("nikos"), null, Now, Now.AddHours(1)) };
        var emptied = MachineRules.Emptied(draining, Now.AddMinutes(5));
        Assert.Equal((expected, false), (emptied.State.ToString(), emptied.KillAtExpiry));
        // A drain that was to kill has nothing left to kill; any other still ends at its time.
        Assert.Equal(keepsExpiry ? Now.AddHours(1) : null, emptied.Change.Until);
        Assert.Equal(Now.AddMinutes(5), emptied.Change.Since);
    }

    private static string Reached(MachineRecord? from, MachineCommand action)
    {
        var (next, outcome) = MachineRules.Judge(from, action, Now);
        Assert.Equal(next is null, !outcome.IsAccepted);
        return next is null ? outcome.Code! : next.State == MachineState.Draining ? $"Draining to {next.Target}" : next.State.ToString();
    }

    private static MachineCommand Action(string action, TimeSpan? lasts = null) =>
        new(MachineKind.Agent, "host1", Enum.Parse<MachineAction>(action), false, new CommandOrigin(Actor.Person("nikos"), "disks", lasts));

    private static MachineRecord Record(string state)
    {
        var words = state.Split(" to ");
        var record = new MachineRecord(
            MachineKind.Agent, "host1", Enum.Parse<MachineState>(words[0]), new Change(Actor.Person("eleni"), null, Now, null));
        return words.Length > 1 ? record with { Target = Enum.Parse<MachineState>(words[1]) }
            : record with { Target = record.State == MachineState.Decommissioned ? MachineState.Decommissioned : MachineState.Frozen };
    }
}
