using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data;

/// <summary>From the rows of agents and racks to what people see.</summary>
internal static class MachineRows
{
    public static MachineView? ViewOf(string? payload)
    {
        if (payload is null)
            return null;
        var machine = JsonSerializer.Deserialize<MachineRecord>(payload, StoredJson.Options)!;
        var change = machine.Change;
        return new MachineView(
            RowText.Kebab(machine.Kind.ToString()), machine.Name, RowText.Kebab(machine.State.ToString()),
            machine.State == MachineState.Draining ? RowText.Kebab(machine.Target.ToString()) : null, change.By.ToString(), change.Reason,
            change.Since, change.Until, change.Until is null ? null : machine.KillAtExpiry ? "kill" : "revert");
    }

    /// <summary>Whether it lives comes first; then the more severe of what was decided about its host and its rack.</summary>
    public static string StateOf(string presence, MachineView? host, MachineView? rack) => presence switch
    {
        "Dead" => "dead",
        "Missing" => "missing-on-start",
        _ => Severity(rack) > Severity(host) ? rack!.State : host?.State ?? "active",
    };

    public static IReadOnlyList<RackView> Racks(string cluster, IReadOnlyList<AgentView> agents, IReadOnlyDictionary<string, MachineView> decided) =>
    [
        .. agents.GroupBy(a => a.Rack, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(rack => new RackView(
            cluster, rack.Key,
            rack.All(a => a.State == "dead") ? "dead" : decided.TryGetValue(rack.Key, out var machine) ? machine.State : "active",
            rack.CountBy(a => a.State).OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary(),
            Sum(rack.Select(a => a.Used)), Sum(rack.Where(a => a.State != "dead").Select(a => a.Total)), rack.Sum(a => a.Tasks),
            decided.GetValueOrDefault(rack.Key))),
    ];

    private static ResourcesView Sum(IEnumerable<ResourcesView> all) =>
        all.Aggregate(new ResourcesView(0, 0, 0), (a, b) => new ResourcesView(a.Cpus + b.Cpus, a.MemoryMb + b.MemoryMb, a.DiskMb + b.DiskMb));

    private static int Severity(MachineView? machine) => machine is null ? 0 : (int)Enum.Parse<MachineState>(machine.State, ignoreCase: true);
}
