using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Placing;

/// <summary>Whether a shape may go to an agent by the agent's identity alone, not by what is free on it.</summary>
internal sealed class AgentRules(MachineTable machines, CoreSettings settings, DateTimeOffset now)
{
    public Fit Judge(TaskShape shape, string host, string rack, IReadOnlyDictionary<string, string> attributes, MaintenanceWindow? window)
    {
        var state = machines.StateOf(host, rack);
        if (state != MachineState.Active)
            return state switch
            {
                MachineState.Frozen => Fit.Frozen,
                MachineState.Draining => Fit.Draining,
                _ => Fit.Decommissioned,
            };
        var rules = shape.Rules;
        if (rules.RackAffinity.Count > 0 && !rules.RackAffinity.Contains(rack))
            return Fit.RackAffinity;
        if (settings.Reserved.Count > 0 && IsReservedForOthers(rules, attributes))
            return Fit.Reserved;
        if (rules.RequiredAttributes.Count > 0 && !HasAll(attributes, rules.RequiredAttributes))
            return Fit.Attribute;
        return EndsBefore(shape, window) ? Fit.Yes : Fit.Maintenance;
    }

    /// <summary>It matches an attribute that the shape allows.</summary>
    public static bool IsPreferred(TaskShape shape, IReadOnlyDictionary<string, string> attributes)
    {
        if (shape.Rules.AllowedAttributes.Count == 0)
            return false;
        foreach (var (name, value) in shape.Rules.AllowedAttributes)
        {
            if (attributes.TryGetValue(name, out var has) && has == value)
                return true;
        }

        return false;
    }

    private bool IsReservedForOthers(Placement rules, IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            if (settings.Reserved.TryGetValue(name, out var values) && values.Contains(value) && !Names(rules, name, value))
                return true;
        }

        return false;
    }

    private static bool HasAll(IReadOnlyDictionary<string, string> attributes, IReadOnlyDictionary<string, string> required)
    {
        foreach (var (name, value) in required)
        {
            if (!attributes.TryGetValue(name, out var has) || has != value)
                return false;
        }

        return true;
    }

    private static bool Names(Placement rules, string name, string value) =>
        (rules.RequiredAttributes.TryGetValue(name, out var required) && required == value)
        || (rules.AllowedAttributes.TryGetValue(name, out var allowed) && allowed == value);

    /// <summary>Tasks that end before the maintenance may still start; services only when there is enough time.</summary>
    private bool EndsBefore(TaskShape shape, MaintenanceWindow? window) =>
        window is null
        || (window.Duration is { } duration && now >= window.Start + duration)
        || (shape.Lasts is { } lasts ? now + lasts <= window.Start : now + settings.MaintenanceAhead < window.Start);
}
