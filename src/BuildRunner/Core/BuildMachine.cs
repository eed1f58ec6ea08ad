using Pipeline.BuildRunner.Contract;

namespace Pipeline.BuildRunner.Core;

/// <summary>What happened to a module. Past tense; the reviewed table in the tests shows every state with every event.</summary>
internal enum ModuleEvent
{
    /// <summary>Handed to the scheduler.</summary>
    Submitted,

    /// <summary>Its commit cannot be had any more.</summary>
    SourceLost,

    /// <summary>Its task reported for the first time.</summary>
    TaskStarted,

    /// <summary>The attempt was lost, and the scheduler starts another.</summary>
    AttemptLost,

    /// <summary>Its steps and its task succeeded.</summary>
    Succeeded,

    /// <summary>A step or the task failed.</summary>
    Failed,

    /// <summary>The task was killed on request.</summary>
    Cancelled,

    /// <summary>A module it depends on is over and did not succeed.</summary>
    DependencyDidNotSucceed,

    /// <summary>Somebody cancelled the build.</summary>
    CancelRequested,
}

/// <summary>A module as the machine sees it.</summary>
internal sealed record ModuleNode(string Name, IReadOnlyList<string> DependsOn, ModuleState State);

/// <summary>What follows from the states of all modules.</summary>
/// <param name="Start">Everything they depend on succeeded.</param>
/// <param name="Skip">Something they depend on never will.</param>
/// <param name="End">Null while a module is not over.</param>
internal sealed record BuildStep(IReadOnlyList<string> Start, IReadOnlyList<string> Skip, BuildState? End);

/// <summary>The rules of a build: pure, total, and the same whatever order the events arrive in.</summary>
internal static class BuildMachine
{
    /// <summary>Nothing changes the state any more.</summary>
    public static bool IsOver(ModuleState state) => state switch
    {
        ModuleState.Waiting or ModuleState.Queued or ModuleState.Running => false,
        ModuleState.Succeeded or ModuleState.Failed or ModuleState.Cancelled or ModuleState.Skipped => true,
    };

    /// <summary>The state after the event.</summary>
    /// <returns>Null when the event changes nothing: it came twice, or too late.</returns>
    public static ModuleState? Apply(ModuleState state, ModuleEvent happened) => state switch
    {
        ModuleState.Waiting => happened switch
        {
            ModuleEvent.Submitted => ModuleState.Queued,
            ModuleEvent.SourceLost => ModuleState.Failed,
            ModuleEvent.DependencyDidNotSucceed => ModuleState.Skipped,
            ModuleEvent.CancelRequested => ModuleState.Cancelled,
            _ => null,
        },
        ModuleState.Queued => WhenSubmitted(happened) ?? (happened == ModuleEvent.TaskStarted ? ModuleState.Running : null),
        ModuleState.Running => WhenSubmitted(happened) ?? (happened == ModuleEvent.AttemptLost ? ModuleState.Queued : null),
        ModuleState.Succeeded or ModuleState.Failed or ModuleState.Cancelled or ModuleState.Skipped => null,
    };

    private static ModuleState? WhenSubmitted(ModuleEvent happened) => happened switch
    {
        ModuleEvent.Succeeded => ModuleState.Succeeded,
        ModuleEvent.Failed => ModuleState.Failed,
        ModuleEvent.Cancelled or ModuleEvent.CancelRequested => ModuleState.Cancelled,
        _ => null,
    };

    /// <summary>What follows from the states of all modules.</summary>
    public static BuildStep Next(IReadOnlyList<ModuleNode> modules)
    {
        var states = modules.ToDictionary(m => m.Name, m => m.State, StringComparer.Ordinal);
        var skip = Unreachable(modules, states);
        var start = modules
            .Where(m => states[m.Name] == ModuleState.Waiting && m.DependsOn.All(d => states[d] == ModuleState.Succeeded))
            .Select(m => m.Name)
            .ToList();
        return new BuildStep(start, skip, states.Values.All(IsOver) ? End(states.Values) : null);
    }

    // A skipped module makes those behind it unreachable too; in the order of dependencies one pass for each layer is enough.
    private static List<string> Unreachable(IReadOnlyList<ModuleNode> modules, Dictionary<string, ModuleState> states)
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
