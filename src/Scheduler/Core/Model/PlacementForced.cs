using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>An operator's placement override for the whole cluster, over what requests say.</summary>
internal sealed record PlacementForced(PlacementStrategy? Strategy, bool? RackSensitive, Change? Change)
{
    public static readonly PlacementForced Nothing = new(null, null, null);

    public Placement Over(Placement own) => Strategy is null && RackSensitive is null
        ? own
        : own with { Strategy = Strategy ?? own.Strategy, RackSensitive = RackSensitive ?? own.RackSensitive };
}
