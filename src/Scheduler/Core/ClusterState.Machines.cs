namespace Pipeline.Scheduler.Core;

// Agents, racks and what sits on them.
internal sealed partial class ClusterState
{
    private readonly Dictionary<string, SortedSet<string>> tasksOnAgent = new(StringComparer.Ordinal);

    /// <summary>Grows whenever an agent or what an operator decided about one changes.</summary>
    public int AgentChanges { get; private set; }

    /// <summary>Grows whenever a deploy comes or is over.</summary>
    public int DeployChanges { get; private set; }

    public MachineBook Machines { get; } = new();

    public PlacementForced Forced { get; private set; } = PlacementForced.Nothing;

    public void Save(AgentRecord agent)
    {
        if (!agents.TryGetValue(agent.Id, out var known) || known.State != agent.State || known.Rack != agent.Rack || known.Host != agent.Host)
            AgentChanges++;
        Effects.RemovedAgents.Remove(agent.Id);
        Effects.Agents[agent.Id] = agents[agent.Id] = agent;
    }

    public void Remove(AgentRecord agent)
    {
        agents.Remove(agent.Id);
        Effects.Agents.Remove(agent.Id);
        Effects.RemovedAgents.Add(agent.Id);
        AgentChanges++;
    }

    public void Save(MachineRecord machine)
    {
        Machines.Put(machine);
        Effects.RemovedMachines.Remove((machine.Kind, machine.Name));
        Effects.Machines[(machine.Kind, machine.Name)] = machine;
        AgentChanges++;
    }

    public void Remove(MachineRecord machine)
    {
        Machines.Remove(machine);
        Effects.Machines.Remove((machine.Kind, machine.Name));
        Effects.RemovedMachines.Add((machine.Kind, machine.Name));
    }

    public void Save(PlacementForced forced) => Effects.Forced = Forced = forced;

    /// <summary>Live tasks on an agent in the order of their ids.</summary>
    public IReadOnlyList<TaskRecord> TasksOn(string agentId) =>
        tasksOnAgent.TryGetValue(agentId, out var ids) ? [.. ids.Select(id => tasks[id])] : [];

    public bool IsEmpty(string agentId) => !tasksOnAgent.TryGetValue(agentId, out var ids) || ids.Count == 0;

    /// <summary>Live tasks of one instance: the one that is, and what replaces it.</summary>
    public IEnumerable<TaskRecord> TasksOf(string deployId, int instance)
    {
        if (!tasksOfDeploy.TryGetValue(deployId, out var ids))
            return [];
        var prefix = $"{deployId}.{instance.ToString(System.Globalization.CultureInfo.InvariantCulture)}.";
        // '/' comes right after '.', so this is the range of ids that begin with the prefix.
        return [.. ids.GetViewBetween(prefix, prefix[..^1] + "/").Select(id => tasks[id])];
    }

    /// <summary>Tasks in the place of this one.</summary>
    public IEnumerable<TaskRecord> StandInsOf(TaskRecord task) =>
        TasksOf(task.DeployId, task.Instance).Where(t => t.Id != task.Id && t.FillsPlace && t.KillCause is null);

    public IEnumerable<AgentRecord> AgentsOf(MachineKind kind, string name) =>
        agents.Values.Where(a => kind == MachineKind.Agent ? a.Host == name : a.Rack == name);

    /// <summary>How many tasks of a request sit somewhere, on how many agents, and how many wait.</summary>
    public (int Running, int Hosts, int Pending) CountsOf(string requestId)
    {
        var (running, pending) = (0, 0);
        var hosts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in DeploysOf(requestId).SelectMany(d => TasksOf(d.Id)))
        {
            if (task.AgentId is { } agent)
            {
                running++;
                hosts.Add(agent);
            }
            else
                pending++;
        }

        return (running, hosts.Count, pending);
    }

    private void IndexAgent(TaskRecord task)
    {
        if (task.AgentId is { } agent)
            Index(tasksOnAgent, agent).Add(task.Id);
    }

    private void UnindexAgent(TaskRecord task)
    {
        if (task.AgentId is not { } agent)
            return;
        var ids = Index(tasksOnAgent, agent);
        ids.Remove(task.Id);
        if (ids.Count == 0)
            tasksOnAgent.Remove(agent);
    }
}
