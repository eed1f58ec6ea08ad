using System.Globalization;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Placing;

/// <summary>Why no agent takes a task of a shape: agents grouped by what is missing on them.</summary>
internal static class PlacementWhy
{
    private const int Said = 3;
    private const int MostRacks = 10;

    private sealed class AgentClass
    {
        public int Agents { get; set; }
        public SortedSet<string> Racks { get; } = new(StringComparer.Ordinal);
        public decimal Best { get; set; } = -1;
        public string BestHost { get; set; } = "";
    }

    /// <param name="silence">What is known about agents that do not offer; null: nothing.</param>
    /// <param name="before">Without an offer there is nothing new to compare with: the last comparison says more.</param>
    public static WhyReport Of(
        TaskShape shape, PlacementPlanner planner, IEnumerable<AgentRecord> agents, PlacementForced forced, string? silence,
        WhyReport? before, DateTimeOffset now)
    {
        var (classes, known) = Classify(shape, planner, agents);
        var offering = planner.Slots.Count;
        var shortages = classes.Where(c => c.Key < Fit.NoOffer).ToList();
        var blockers = classes.Where(c => c.Key is not (Fit.Dead or Fit.NoOffer) || shortages.Count == 0 && c.Key == Fit.NoOffer)
            .Select(c => Blocker(shape, c.Key, c.Value, forced, silence)).ToList();
        if (offering == 0 && before is not null)
            blockers = [.. before.Blockers.Where(IsShortage), .. blockers];
        if (blockers.Count == 0)
            blockers.Add(new WhyBlocker("no-agents", "no agent is known"));
        var tail = offering == 0
            ? string.Create(CultureInfo.InvariantCulture, $"no agent offers anything; {known} agents are known")
            : string.Create(CultureInfo.InvariantCulture, $"{offering} of {known} agents offer");
        var sentences = blockers.Where(b => b.Code is not ("no-offer" or "no-agents")).Take(Said).Select(b => b.Text).Append(tail);
        if (silence is not null && offering == 0)
            sentences = sentences.Append(silence);
        return new WhyReport(shape.Key, string.Join("; ", sentences), blockers, now);
    }

    /// <summary>The agents that do not fit, by what is missing on them, and how many agents are known.</summary>
    private static (SortedDictionary<Fit, AgentClass> Classes, int Known) Classify(
        TaskShape shape, PlacementPlanner planner, IEnumerable<AgentRecord> agents)
    {
        var classes = new SortedDictionary<Fit, AgentClass>();
        var known = planner.Slots.Count;
        foreach (var agent in agents)
        {
            if (planner.SlotOf(agent.Id) is not null)
                continue;
            var fit = planner.Judge(shape, agent);
            known += fit is Fit.Dead or Fit.Missing ? 0 : 1;
            Put(classes, fit, agent.Rack, agent.Host, -1);
        }

        foreach (var slot in planner.Slots)
        {
            var fit = planner.Judge(shape, slot);
            // It fits now; the decision about this shape was made before.
            if (fit == Fit.Yes)
                continue;
            Put(classes, fit, slot.Rack, slot.Host, FreeOf(fit, slot));
        }

        return (classes, known);
    }

    private static bool IsShortage(WhyBlocker blocker) =>
        Enum.GetValues<Fit>().Any(f => f is > Fit.Yes and < Fit.Maintenance && CodeOf(f) == blocker.Code);

    private static void Put(SortedDictionary<Fit, AgentClass> classes, Fit fit, string rack, string host, decimal free)
    {
        if (!classes.TryGetValue(fit, out var of))
            classes[fit] = of = new AgentClass();
        of.Agents++;
        if (rack.Length > 0)
            of.Racks.Add(rack);
        if (free > of.Best || (free == of.Best && string.CompareOrdinal(host, of.BestHost) < 0))
            (of.Best, of.BestHost) = (free, host);
    }

    private static decimal FreeOf(Fit fit, AgentSlot slot) => fit switch
    {
        Fit.Cpus => slot.Free.CpusValue,
        Fit.Memory => slot.Free.MemoryValue,
        Fit.Disk => slot.Free.DiskValue,
        Fit.Ports => slot.FreePorts,
        _ => -1,
    };

    private static WhyBlocker Blocker(TaskShape shape, Fit fit, AgentClass of, PlacementForced forced, string? silence)
    {
        var (needed, best) = NeedOf(shape, fit, of);
        return new WhyBlocker(
            CodeOf(fit), TextOf(shape, fit, of, forced, needed, best, silence), of.Agents, [.. of.Racks.Take(MostRacks)], needed, best);
    }

    private static (string? Needed, string? Best) NeedOf(TaskShape shape, Fit fit, AgentClass of)
    {
        static string Said(decimal value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.###} {unit}");
        return fit switch
        {
            Fit.Cpus => (Said(shape.Need.CpusValue, "cpus"), Said(of.Best, "cpus")),
            Fit.Memory => (Said(shape.Need.MemoryValue, "MiB of memory"), Said(of.Best, "MiB of memory")),
            Fit.Disk => (Said(shape.Need.DiskValue, "MiB of disk"), Said(of.Best, "MiB of disk")),
            Fit.Ports => (Said(shape.Ports + shape.LiteralPorts.Count, "ports"), Said(of.Best, "ports")),
            Fit.LiteralPort => (string.Join(", ", shape.LiteralPorts.Select(p => $"port {p.ToString(CultureInfo.InvariantCulture)}")),
                null),
            Fit.Attribute => (string.Join(", ", shape.Rules.RequiredAttributes.OrderBy(a => a.Key, StringComparer.Ordinal)
                .Select(a => $"{a.Key}={a.Value}")), null),
            Fit.RackAffinity => (string.Join(" or ", shape.Rules.RackAffinity.Select(r => $"rack {r}")), null),
            Fit.AttributeShare =>
                (string.Join(", ", shape.Rules.AttributeMinimums.Select(a => $"{a.Percent} % on {a.Attribute}={a.Value}")), null),
            _ => (null, null),
        };
    }

    private static string TextOf(TaskShape shape, Fit fit, AgentClass of, PlacementForced forced, string? needed, string? best,
        string? silence)
    {
        string Count(string one, string many) => string.Create(CultureInfo.InvariantCulture,
            $"{of.Agents} {(of.Agents == 1 ? one : many)}");
        var why = forced.Strategy is not null ? " (placement forced for the cluster)" : "";
        return fit switch
        {
            Fit.Cpus or Fit.Memory or Fit.Disk or Fit.Ports =>
                $"needs {needed}, best offer {best![..best!.IndexOf(' ', StringComparison.Ordinal)]} on {of.BestHost}{More(of)}",
            Fit.LiteralPort => $"needs {needed}, {Count("agent does", "agents do")} not offer it",
            Fit.TasksPerOffer => $"{Count("agent has", "agents have")} its most tasks per offer",
            Fit.RackFull => $"{Count("agent is", "agents are")} in racks that have their share of {shape.Instances} instances: {Racks(of)}",
            Fit.Separated => $"{Count("agent has", "agents have")} an instance already{why}",
            Fit.Crowded => $"{Count("agent has", "agents have")} more than the others{why}",
            Fit.AttributeShare => $"needs {needed}: {Count("other agent has", "other agents have")} their share",
            Fit.Maintenance => $"{Count("agent is", "agents are")} about to go down for maintenance",
            Fit.Reserved => $"{Count("agent is", "agents are")} reserved for others",
            Fit.Attribute => $"{Count("agent lacks", "agents lack")} attribute {needed}",
            Fit.RackAffinity => $"{Count("agent is", "agents are")} not in {needed}",
            Fit.NoOffer => silence ?? $"{Count("agent offers", "agents offer")} nothing",
            Fit.Frozen => $"{Count("agent", "agents")} frozen",
            Fit.Draining => $"{Count("agent", "agents")} draining",
            Fit.Decommissioned => $"{Count("agent", "agents")} decommissioned",
            Fit.Missing => $"{Count("agent", "agents")} not seen since the scheduler started",
            Fit.Dead => $"{Count("agent", "agents")} dead",
            Fit.Yes => "",
        };
    }

    // One agent is named; of more, how many there are and where.
    private static string More(AgentClass of) => of.Agents == 1 || of.Racks.Count != 1
        ? of.Agents == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({of.Agents} agents)")
        : string.Create(CultureInfo.InvariantCulture, $" ({of.Agents} agents in rack {of.Racks.Min})");

    private static string Racks(AgentClass of) => string.Join(", ", of.Racks.Take(MostRacks));

    private static string CodeOf(Fit fit) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(fit.ToString());
}
