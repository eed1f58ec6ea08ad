using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.State;

/// <summary>The live rows of a cluster, from which a new leader rebuilds its state.</summary>
/// <param name="Attempts">The highest attempt used, by deploy and instance, of the live deploys.</param>
internal sealed record Snapshot(
    FrameworkRecord Framework, IReadOnlyList<Request> Requests, IReadOnlyList<Deploy> Deploys, IReadOnlyList<TaskRecord> Tasks,
    IReadOnlyList<AgentRecord> Agents, IReadOnlyDictionary<(string Deploy, int Instance), int> Attempts)
{
    public IReadOnlyList<MachineRecord> Machines { get; init; } = [];
    public PlacementForced Forced { get; init; } = PlacementForced.Nothing;

    public static readonly Snapshot Empty = new(
        new FrameworkRecord(null, FrameworkState.Connecting, null, null, null), [], [], [], [], new Dictionary<(string, int), int>());

    public PriorityFreeze? Freeze { get; init; }
}
