using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Tests.Core.Harness;

// Agents, racks and what stands in the way of a place.
internal sealed partial class Machine
{
    public Dictionary<string, AgentRecord> Agents { get; } = new(StringComparer.Ordinal);
    public Dictionary<(MachineKind, string), MachineRecord> Machines { get; } = [];
    public PlacementForced Forced { get; private set; } = PlacementForced.Nothing;

    /// <summary>As the database holds them.</summary>
    public Dictionary<string, WhyReport> Whys { get; } = new(StringComparer.Ordinal);

    private void Keep(Effects effects)
    {
        foreach (var id in effects.RemovedAgents)
            Agents.Remove(id);
        foreach (var (id, agent) in effects.Agents)
            Agents[id] = agent;
        foreach (var key in effects.RemovedMachines)
            Machines.Remove(key);
        foreach (var (key, machine) in effects.Machines)
            Machines[key] = machine;
        Forced = effects.Forced ?? Forced;
        if (effects.ForgetWhys)
            Whys.Clear();
        foreach (var (key, report) in effects.Whys)
        {
            if (report is null)
                Whys.Remove(key);
            else
                Whys[key] = report;
        }
    }

    public CommandOutcome On(
        MachineAction action, string name, MachineKind kind = MachineKind.Agent, TimeSpan? lasts = null, bool kill = false) =>
        Ask(new MachineCommand(kind, name, action, kill, By(lasts, "disk swap")));

    public MachineState StateOf(string name, MachineKind kind = MachineKind.Agent) =>
        Machines.TryGetValue((kind, name), out var machine) ? machine.State : MachineState.Active;

    /// <summary>One offer of each agent at once, named <c>a1</c>…; their racks in turn.</summary>
    public void OfferAll(int agents, int racks = 1, decimal cpus = 16, decimal memory = 16384, int ports = 40, string prefix = "a") =>
        Receive(new OffersReceived([.. Enumerable.Range(1, agents).Select(n =>
            OfferOf($"{prefix}{n}", cpus, memory, [new PortRange(31000, 31000 + ports - 1)], $"rack{1 + (n - 1) % racks}"))]));

    public void Offer(string agent, string rack, IReadOnlyList<PortRange> ports, params (string Name, string Value)[] attributes) =>
        Receive(new OffersReceived([OfferOf(agent, 16, 16384, ports, rack, attributes: attributes)]));

    public Offer OfferOf(
        string agent, decimal cpus, decimal memory, IReadOnlyList<PortRange> ports, string rack, MaintenanceWindow? window = null,
        string role = "pipeline", string? host = null, (string Name, string Value)[]? attributes = null) => new(
        $"o-{++offers}", agent, host ?? agent, "10.0.0.1", "http://10.0.0.1:5051", role, new OfferedResources(cpus, memory, 8192, ports),
        new Dictionary<string, string>((attributes ?? []).Select(a => KeyValuePair.Create(a.Name, a.Value))) { ["rack"] = rack }, window);

    /// <summary>A deploy of a service with a placement.</summary>
    public static DeploySubmission Placed(string id, int instances, Placement placement, string request = "api-web", decimal cpus = 0.5m) =>
        Web(id, instances, cpus: cpus) with { RequestId = request, Options = DeployOptions.Default with { Placement = placement } };

    public IReadOnlyList<int> PerAgent(string deploy) =>
        [
            .. Live(deploy).Where(t => t.AgentId is not null && t.KillCause is null).CountBy(t => t.AgentId!).Select(c => c.Value)
                .OrderDescending()
        ];

    public IReadOnlyList<int> PerRack(string deploy) =>
        [
            .. Live(deploy).Where(t => t is { AgentId: not null, KillCause: null, Leaving: null }).CountBy(t => t.Rack!)
                .Select(c => c.Value).OrderDescending()
        ];

    public WhyReport Why(string taskId) => Whys[Rows[taskId].Shape!];

    public void RunAll()
    {
        foreach (var task in Live().Where(t => t.Phase == TaskPhase.Launching).ToList())
            Run(task.Id);
    }
}
