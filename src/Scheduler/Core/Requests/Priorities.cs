using System.Globalization;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>Sets the priority of a request, over that of its deploy.</summary>
internal sealed class Priorities(OverrideChanges overrides)
{
    public CommandOutcome Handle(Request request, SetPriorityCommand command, DateTimeOffset now)
    {
        if (command.Priority is < 0 or > 1)
            return CommandOutcome.Invalid("priority-out-of-range", "A priority is a number from 0 to 1.");
        var change = command.By.At(now);
        var was = request.Overrides.Priority;
        var before = change.Until is null ? null : was is { Change.Until: not null } ? was.Before : was?.Priority;
        overrides.Set(
            request.Id, o => o with { Priority = command.Priority is { } p ? new PriorityOverride(p, before, change) : null },
                "priority-changed",
            command.Priority is { } set ? string.Create(CultureInfo.InvariantCulture, $"priority {set:0.##}")
                : "the priority of the deploy applies", change);
        return CommandOutcome.Accepted;
    }
}
