namespace Pipeline.BuildRunner.Core;

/// <summary>What happened to a module. Past tense; the reviewed table in the tests shows every state with every event.</summary>
public enum ModuleEvent
{
    /// <summary>Handed to the scheduler.</summary>
    Submitted,

    /// <summary>A task of it called in for the first time.</summary>
    TaskCalledIn,

    /// <summary>The attempt was lost, and the scheduler starts another.</summary>
    AttemptLost,
    EndedWell,
    EndedBadly,
    EndedCancelled,
    DependencyDidNotSucceed,
    CancelAsked,
}

/// <summary>A module as the machine sees it.</summary>
public sealed record ModuleNode(string Name, IReadOnlyList<string> DependsOn, ModuleState State);

/// <summary>What follows from the states of all modules.</summary>
/// <param name="Start">Everything they depend on succeeded.</param>
/// <param name="Skip">Something they depend on never will.</param>
/// <param name="End">Null while a module is not over.</param>
public sealed record BuildStep(IReadOnlyList<string> Start, IReadOnlyList<string> Skip, BuildState? End);

/// <summary>The rules of a build: pure, total, and the same whatever order the events come in.</summary>
public static class BuildMachine
{
    public static bool IsOver(ModuleState state) => state switch
    {
        ModuleState.Waiting or ModuleState.Queued or ModuleState.Running => false,
        ModuleState.Succeeded or ModuleState.Failed or ModuleState.Cancelled or ModuleState.Skipped => true,
    };

    /// <returns>Null when the event changes nothing: it came twice, or too late.</returns>
    public static ModuleState? Apply(ModuleState state, ModuleEvent happened) => state switch
    {
        ModuleState.Waiting => happened switch
        {
            ModuleEvent.Submitted => ModuleState.Queued,
            ModuleEvent.DependencyDidNotSucceed => ModuleState.Skipped,
            ModuleEvent.CancelAsked => ModuleState.Cancelled,
            _ => null,
        },
        ModuleState.Queued => WhenSubmitted(happened) ?? (happened == ModuleEvent.TaskCalledIn ? ModuleState.Running : null),
        ModuleState.Running => WhenSubmitted(happened) ?? (happened == ModuleEvent.AttemptLost ? ModuleState.Queued : null),
        ModuleState.Succeeded or ModuleState.Failed or ModuleState.Cancelled or ModuleState.Skipped => null,
    };

    private static ModuleState? WhenSubmitted(ModuleEvent happened) => happened switch
    {
        ModuleEvent.EndedWell => ModuleState.Succeeded,
        ModuleEvent.EndedBadly => ModuleState.Failed,
        ModuleEvent.EndedCancelled or ModuleEvent.CancelAsked => ModuleState.Cancelled,
        _ => null,
    };

    public static BuildStep Next(IReadOnlyList<ModuleNode> modules)
    {
        var states = modules.ToDictionary(m => m.Name, m => m.State, StringComparer.Ordinal);
        var skip = Doomed(modules, states);
        var start = modules
            .Where(m => states[m.Name] == ModuleState.Waiting && m.DependsOn.All(d => states[d] == ModuleState.Succeeded))
            .Select(m => m.Name)
            .ToList();
        return new BuildStep(start, skip, states.Values.All(IsOver) ? End(states.Values) : null);
    }

    // A module that is skipped dooms those behind it; in the order of dependencies one pass a layer is enough.
    private static List<string> Doomed(IReadOnlyList<ModuleNode> modules, Dictionary<string, ModuleState> states)
    {
        var skip = new List<string>();
        bool more;
        do
        {
            more = false;
            foreach (var module in modules.Where(m => states[m.Name] == ModuleState.Waiting))
            {
                if (!module.DependsOn.Any(d => IsOver(states[d]) && states[d] != ModuleState.Succeeded))
                    continue;
                states[module.Name] = ModuleState.Skipped;
                skip.Add(module.Name);
                more = true;
            }
        }
        while (more);

        return skip;
    }

    private static BuildState End(IReadOnlyCollection<ModuleState> states) =>
        states.Contains(ModuleState.Failed) ? BuildState.Failed
        : states.Contains(ModuleState.Cancelled) ? BuildState.Cancelled
        : states.Contains(ModuleState.Skipped) ? BuildState.Failed
        : BuildState.Succeeded;
}
