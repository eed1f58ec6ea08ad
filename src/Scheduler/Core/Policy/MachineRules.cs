using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>The transitions of agents and racks: which actions an operator may take, and what follows when a drain completes or an action
/// expires.</summary>
internal static class MachineRules
{
    /// <param name="current">Null: active, and never touched.</param>
    /// <returns>The next record, or null and why it is refused.</returns>
    public static (MachineRecord? Next, CommandOutcome Outcome) Judge(MachineRecord? current, MachineCommand command, DateTimeOffset now)
    {
        var from = current?.State ?? MachineState.Active;
        var title = command.Machine == MachineKind.Agent ? $"Agent {command.Name}" : $"Rack {command.Name}";
        var target = command.Action == MachineAction.Decommission ? MachineState.Decommissioned : MachineState.Frozen;
        if (Refuse(from, current?.Target, command, title) is { } refused)
            return (null, refused);
        var next = command.Action switch
        {
            MachineAction.Freeze => MachineState.Frozen,
            MachineAction.Drain or MachineAction.Decommission => MachineState.Draining,
            MachineAction.Activate => MachineState.Active,
        };
        return (new MachineRecord(command.Machine, command.Name, next, command.By.At(now))
        {
            Target = target,
            // An interrupted drain is not resumed.
            Before = from == MachineState.Draining ? MachineState.Active : from,
            KillAtExpiry = command.KillAtExpiry,
        }, CommandOutcome.Accepted);
    }

    private static CommandOutcome? Refuse(MachineState from, MachineState? target, MachineCommand command, string title)
    {
        if (command.KillAtExpiry && (command.By.For is null || command.Action is MachineAction.Freeze or MachineAction.Activate))
            return CommandOutcome.Invalid("invalid-expiry",
                "Only a drain or a decommission that is given a duration can kill what is left.");
        var upgrade = command.Action == MachineAction.Decommission && target == MachineState.Frozen;
        return (from, command.Action) switch
        {
            (MachineState.Active, MachineAction.Activate) => Already(title, "active"),
            (MachineState.Frozen, MachineAction.Freeze) => Already(title, "frozen"),
            (MachineState.Draining, MachineAction.Drain) => Already(title, "draining"),
            (MachineState.Draining, MachineAction.Decommission) when !upgrade => Already(title, "decommissioning"),
            (MachineState.Draining, MachineAction.Freeze) => Illegal(title, "draining", "frozen"),
            (MachineState.Decommissioned, MachineAction.Decommission) => Already(title, "decommissioned"),
            (MachineState.Decommissioned, MachineAction.Freeze) => Illegal(title, "decommissioned", "frozen"),
            (MachineState.Decommissioned, MachineAction.Drain) => Illegal(title, "decommissioned", "draining"),
            // It would return to draining or decommissioned on expiry, without being emptied.
            (MachineState.Decommissioned or MachineState.Draining, MachineAction.Activate) when command.By.For is not null =>
                CommandOutcome.Invalid("invalid-expiry", $"{title} cannot return to {from} by itself: activate it without a duration."),
            _ => null,
        };
    }

    private static CommandOutcome Already(string title, string state) =>
        CommandOutcome.Conflict($"already-{state}", $"{title} is already {state}.");

    private static CommandOutcome Illegal(string title, string from, string to) =>
        CommandOutcome.Conflict("illegal-transition", $"{title} is {from} and cannot become {to}: activate it first.");

    /// <summary>It is empty: the drain is over. An expiry that was to kill has nothing to kill any more.</summary>
    public static MachineRecord Emptied(MachineRecord drained, DateTimeOffset now) => drained with
    {
        State = drained.Target,
        KillAtExpiry = false,
        Change = drained.Change with { Since = now, Until = drained.KillAtExpiry ? null : drained.Change.Until },
    };

    /// <summary>The time is over, and nothing was to be killed.</summary>
    public static MachineRecord Reverted(MachineRecord expired, DateTimeOffset now) => expired with
    {
        State = expired.Before,
        Before = MachineState.Active,
        Change = new Change(Kernel.Actor.System("scheduler"), $"the duration set by {expired.Change.By} expired", now, null),
    };
}
