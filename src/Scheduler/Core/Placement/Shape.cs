using System.Globalization;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core;

/// <summary>
/// What tasks have in common that are placed by the same rules: what they need and where they may go. A service's tasks have one for each
/// deploy, runs one for each request and need. A task that finds no place speaks for all of its shape.
/// </summary>
/// <param name="Key">Names it in the database: the reason why is kept once for all its tasks.</param>
/// <param name="Lasts">How long a task runs at most; null: without end.</param>
/// <param name="Instances">How many there are to be, for the rules that share them out.</param>
internal sealed record Shape(
    string Key, string RequestId, string? DeployId, Amount Need, int Ports, Placement Rules, TimeSpan? Lasts, int Instances)
{
    public IReadOnlyList<int> LiteralPorts => Rules.LiteralPorts;

    /// <summary>Counting its tasks by agent is needed for every choice, not only for the nicest one.</summary>
    public bool SharesOut => Rules.RackSensitive || Rules.AttributeMinimums.Count > 0
        || Rules.Strategy is PlacementStrategy.SeparateByDeploy or PlacementStrategy.SpreadAll;

    public static Shape Of(Deploy deploy, int instances, PlacementForced forced)
    {
        var spec = deploy.Spec;
        var rules = forced.Over(spec.Options.Placement);
        var need = Amount.Of(spec.Needs);
        var lasts = spec.MaxRunTime ?? spec.Options.RunLimit;
        if (deploy.KeepsRunning)
            return new Shape(deploy.Id, deploy.RequestId, deploy.Id, need, spec.Needs.Ports, rules, null, instances);
        var key = string.Create(
            CultureInfo.InvariantCulture,
            $"{deploy.RequestId}|{need.CpusValue:0.###}|{need.MemoryValue:0.###}|{need.DiskValue:0.###}|{spec.Needs.Ports}|{lasts}");
        // Rules of its own make it a shape of its own.
        return new Shape(IsPlain(spec.Options.Placement) ? key : deploy.Id, deploy.RequestId, null, need, spec.Needs.Ports, rules, lasts, 1);
    }

    private static bool IsPlain(Placement p) =>
        p is
        {
            Strategy: PlacementStrategy.Balanced, RackSensitive: false, SameHostBounce: false, Role: null, ExpectedRacks: null,
            RackAffinity.Count: 0, RequiredAttributes.Count: 0, AllowedAttributes.Count: 0, AttributeMinimums.Count: 0,
            LiteralPorts.Count: 0,
        };
}

/// <summary>What an operator decided for the placement of everything in the cluster, over what requests say.</summary>
internal sealed record PlacementForced(PlacementStrategy? Strategy, bool? RackSensitive, Change? Change)
{
    public static readonly PlacementForced Nothing = new(null, null, null);

    public Placement Over(Placement own) => Strategy is null && RackSensitive is null
        ? own
        : own with { Strategy = Strategy ?? own.Strategy, RackSensitive = RackSensitive ?? own.RackSensitive };
}
