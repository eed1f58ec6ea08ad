using System.Globalization;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Placing;

/// <summary>
/// What tasks that are placed by the same rules have in common: what they need and where they may go. Services have one shape for each
/// deploy, runs one for each request and need. If one task of a shape cannot be placed, none can.
/// </summary>
/// <param name="Key">Names it in the database: the reason is stored once for all its tasks.</param>
/// <param name="Lasts">How long a task runs at most; null: without end.</param>
/// <param name="Instances">How many there are to be, for the rules that share them out.</param>
internal sealed record TaskShape(
    string Key, string RequestId, string? DeployId, Amount Need, int Ports, Placement Rules, TimeSpan? Lasts, int Instances)
{
    public IReadOnlyList<int> LiteralPorts => Rules.LiteralPorts;

    /// <summary>Its tasks must be counted by agent for every choice.</summary>
    public bool SharesOut => Rules.RackSensitive || Rules.AttributeMinimums.Count > 0
        || Rules.Strategy is PlacementStrategy.SeparateByDeploy or PlacementStrategy.SpreadAll;

    public static TaskShape Of(Deploy deploy, int instances, PlacementForced forced)
    {
        var spec = deploy.Spec;
        var rules = forced.Over(spec.Options.Placement);
        var need = Amount.Of(spec.Needs);
        var lasts = spec.MaxRunTime ?? spec.Options.RunLimit;
        if (deploy.KeepsRunning)
            return new TaskShape(deploy.Id, deploy.RequestId, deploy.Id, need, spec.Needs.Ports, rules, null, instances);
        var key = string.Create(
            CultureInfo.InvariantCulture,
            $"{deploy.RequestId}|{need.CpusValue:0.###}|{need.MemoryValue:0.###}|{need.DiskValue:0.###}|{spec.Needs.Ports}|{lasts}");
        // Placement rules of its own make a run a shape of its own.
        return new TaskShape(IsPlain(spec.Options.Placement) ? key : deploy.Id, deploy.RequestId, null, need, spec.Needs.Ports, rules,
            lasts, 1);
    }

    private static bool IsPlain(Placement p) =>
        p is
        {
            Strategy: PlacementStrategy.Balanced, RackSensitive: false, SameHostBounce: false, Role: null, ExpectedRacks: null,
            RackAffinity.Count: 0, RequiredAttributes.Count: 0, AllowedAttributes.Count: 0, AttributeMinimums.Count: 0,
            LiteralPorts.Count: 0,
        };
}
