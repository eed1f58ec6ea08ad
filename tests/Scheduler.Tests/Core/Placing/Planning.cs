using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Tests.Core.Harness;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Placing;

/// <summary>One pass of the planner over the offers of some agents, for tasks of one deploy.</summary>
internal sealed class Planning
{
    private readonly List<HeldOffer> offers = [];
    private readonly List<AgentRecord> agents = [];
    private readonly List<MachineRecord> machines = [];
    private readonly List<TaskRecord> tasks = [];
    private PlacementPlanner? planner;
    private ClusterState? state;
    private int placed;

    public CoreSettings Settings { get; init; } = Rows.Settings;
    public Deploy Deploy { get; init; } = Deploy("v1", 100);
    public int Instances { get; init; } = 100;

    public TaskShape Shape => field ??= TaskShape.Of(Deploy, Instances, PlacementForced.Nothing);
    public PlacementPlanner Planner => planner ??= new PlacementPlanner(offers, State, Settings, Now);

    public ClusterState State => state ??= new ClusterState("test", Snapshot.Empty with
    {
        Requests = [Request()], Deploys = [Deploy, Deploy("v0", 1)], Tasks = tasks, Agents = agents, Machines = machines,
    });

    public Planning Offer(
        string agent, decimal cpus = 4, decimal memory = 1024, decimal disk = 500, string rack = "r1", string ports = "31000-31009",
        MaintenanceWindow? window = null, params (string Name, string Value)[] attributes)
    {
        var named = attributes.Append(("rack", rack)).ToDictionary(a => a.Item1, a => a.Item2);
        var ranges = ports.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('-'))
            .Select(r => new PortRange(int.Parse(r[0], null), int.Parse(r[^1], null))).ToList();
        offers.Add(new HeldOffer(
            new Offer($"o{offers.Count}", agent, agent, "10.0.0.1", "http://10.0.0.1:5051", "pipeline",
                new OfferedResources(cpus, memory, disk, ranges), named, window), Now));
        return agents.Exists(a => a.Id == agent) ? this : Know(Agent(agent, rack, attributes) with { Total = default });
    }

    public Planning Know(AgentRecord agent)
    {
        agents.Add(agent);
        return this;
    }

    public Planning Decide(MachineKind kind, string name, MachineState decided)
    {
        machines.Add(new MachineRecord(kind, name, decided, Change()));
        return this;
    }

    public Planning Runs(params TaskRecord[] running)
    {
        tasks.AddRange(running);
        return this;
    }

    public Fit FitOf(string agent) => Planner.SlotOf(agent) is { } slot
        ? Planner.Judge(Shape, slot)
        : Planner.Judge(Shape, State.Agents[agent]);

    /// <returns>The agent that the next task goes to; null: none takes it.</returns>
    public string? Place()
    {
        if (Planner.Choose(Shape) is not { } slot)
            return null;
        var task = Running(Deploy.Id, 1000 + ++placed, agent: slot.AgentId, rack: slot.Rack) with { Ports = slot.Take(Shape),
            Needs = Deploy.Spec.Needs };
        State.Save(task);
        slot.Placed.Add(task);
        Planner.Placed(Shape, slot);
        return slot.AgentId;
    }

    public IReadOnlyList<string> PlaceAll(int most = int.MaxValue)
    {
        var agentsOfTasks = new List<string>();
        while (agentsOfTasks.Count < most && Place() is { } agent)
            agentsOfTasks.Add(agent);
        return agentsOfTasks;
    }

    public static Deploy With(Placement placement, ResourceNeed? needs = null, string id = "v1")
    {
        var deploy = Deploy(id, 100, options: DeployOptions.Default with { Placement = placement });
        return needs is null ? deploy : deploy with { Spec = deploy.Spec with { Needs = needs } };
    }
}
