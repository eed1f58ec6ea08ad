namespace Pipeline.Scheduler.Core.Model;

/// <summary>What an operator decided for the placement of everything in the cluster, over what requests say.</summary>
internal sealed record PlacementForced(PlacementStrategy? Strategy, bool? RackSensitive, Change? Change)
{
    public static readonly PlacementForced Nothing = new(null, null, null);

    public Placement Over(Placement own) => Strategy is null && RackSensitive is null
        ? own
        : own with { Strategy = Strategy ?? own.Strategy, RackSensitive = RackSensitive ?? own.RackSensitive };
}
