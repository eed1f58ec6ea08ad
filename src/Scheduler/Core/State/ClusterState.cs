using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Ports;

namespace Pipeline.Scheduler.Core.State;

/// <summary>
/// The rows in memory with their indexes, the timers, and the effects of the step under way. Every change of a row goes through a Save,
/// which also puts it into the effects.
/// </summary>
internal sealed class ClusterState
{
    private readonly Dictionary<string, Request> requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deploy> deploys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AgentRecord> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> deploysOfRequest = new(StringComparer.Ordinal);
    private readonly TaskIndex tasks = new();
    private readonly AttemptCounter attempts;

    public ClusterState(string cluster, Snapshot snapshot)
    {
        Cluster = cluster;
        Framework = snapshot.Framework;
        Freeze = snapshot.Freeze;
        Forced = snapshot.Forced;
        attempts = new AttemptCounter(snapshot.Attempts);
        foreach (var request in snapshot.Requests)
            Save(request);
        // Tasks first: a deploy that ended is held only while it has some.
        foreach (var task in snapshot.Tasks)
            Save(task);
        foreach (var deploy in snapshot.Deploys)
            Save(deploy);
        foreach (var agent in snapshot.Agents)
            Save(agent);
        foreach (var machine in snapshot.Machines)
            Save(machine);
        Effects = new Effects();
    }

    /// <summary>The cluster's name.</summary>
    public string Cluster { get; }

    public Timers Timers { get; } = new();
    public PlacementSignals Signals { get; } = new();

    /// <summary>The input, or the id, that is being handled: if the step throws, this is the culprit.</summary>
    public object? Handling { get; set; }

    public Effects Effects { get; private set; } = new();
    public FrameworkRecord Framework { get; private set; }
    public PriorityFreeze? Freeze { get; private set; }
    public PlacementForced Forced { get; private set; }
    public MachineTable Machines { get; } = new();
    public TakenPorts TakenPorts { get; } = new();
    public IReadOnlyDictionary<string, TaskRecord> Tasks => tasks.All;
    public IReadOnlyDictionary<string, Deploy> Deploys => deploys;
    public IReadOnlyDictionary<string, Request> Requests => requests;
    public IReadOnlyDictionary<string, AgentRecord> Agents => agents;
    public IReadOnlyCollection<(DateTimeOffset At, string Id)> Pending => tasks.Pending;
    public SpreadCounts Spread => tasks.Spread;

    /// <summary>The subscription stands: calls reach the master.</summary>
    public bool IsConnected => Framework.State == FrameworkState.Subscribed;

    /// <summary>Grows whenever a task begins or ends to wait for a place, or ends.</summary>
    public long Moves { get; private set; }

    /// <summary>Grows whenever an agent or what an operator decided about one changes.</summary>
    public int AgentChanges { get; private set; }

    /// <summary>Grows whenever a deploy comes or is over.</summary>
    public int DeployChanges { get; private set; }

    public Effects TakeEffects()
    {
        var taken = Effects;
        Effects = new Effects();
        return taken;
    }

    /// <summary>What the tasks of an owner hold that were launched.</summary>
    public OwnerUse UsedBy(string owner) => tasks.UsedBy(owner);

    public Amount UsedOn(string agentId) => tasks.UsedOn(agentId);

    public DeployTally TallyOf(string deployId) => tasks.TallyOf(deployId);

    public bool HasTasks(string deployId) => tasks.Has(deployId);

    /// <summary>Live tasks of a deploy in the order of their ids.</summary>
    public IReadOnlyList<TaskRecord> TasksOf(string deployId) => tasks.Of(deployId);

    /// <summary>Live tasks of one instance: the one that is, and what replaces it.</summary>
    public IReadOnlyList<TaskRecord> TasksOf(string deployId, int instance) => tasks.Of(deployId, instance);

    /// <summary>Tasks in the place of this one.</summary>
    public IEnumerable<TaskRecord> ReplacementsOf(TaskRecord task) =>
        tasks.Of(task.DeployId, task.Instance).Where(t => t.Id != task.Id && t.FillsPlace && t.KillCause is null);

    /// <summary>Live tasks on an agent in the order of their ids.</summary>
    public IReadOnlyList<TaskRecord> TasksOn(string agentId) => tasks.On(agentId);

    public bool IsEmpty(string agentId) => tasks.IsEmpty(agentId);

    public IEnumerable<AgentRecord> AgentsOf(MachineKind kind, string name) =>
        agents.Values.Where(a => kind == MachineKind.Agent ? a.Host == name : a.Rack == name);

    /// <summary>It already exists: it is live, or was created and ended within this step. Deploys that ended earlier are in the
    /// database, which is checked before a command arrives here.</summary>
    public bool Knows(string deployId) => deploys.ContainsKey(deployId) || Effects.Deploys.ContainsKey(deployId);

    /// <summary>Deploys of a request that are live or still have live tasks.</summary>
    public IReadOnlyList<Deploy> DeploysOf(string requestId) =>
        deploysOfRequest.TryGetValue(requestId, out var ids) ? [.. ids.Select(id => deploys[id])] : [];

    /// <summary>The deploy in force, or else the one that rolls out.</summary>
    public Deploy? CurrentDeployOf(Request request) =>
        deploys.GetValueOrDefault(request.ActiveDeploy ?? "") ?? deploys.GetValueOrDefault(request.PendingDeploy ?? "");

    public int NextAttempt(string deployId, int instance) => attempts.Next(deployId, instance);

    public void Send(MasterCall call) => Effects.Sends.Add(new Call(call));

    public void Append(JournalEvent happened, Actor actor, JournalSubject subject) =>
        Effects.Events.Add(new NewJournalEntry(happened, actor, subject));

    public void Save(FrameworkRecord framework) => Effects.Framework = Framework = framework;

    public void Save(PlacementForced forced) => Effects.Forced = Forced = forced;

    public void Save(PriorityFreeze? freeze)
    {
        Freeze = freeze;
        Effects.Freeze = new FreezeChange(freeze);
    }

    public void Save(Request request) => Effects.Requests[request.Id] = requests[request.Id] = request;

    public void Save(Deploy deploy)
    {
        if (deploy.KeepsRunning && (!deploys.TryGetValue(deploy.Id, out var known) || known.IsLive != deploy.IsLive))
            DeployChanges++;
        Effects.Deploys[deploy.Id] = deploys[deploy.Id] = deploy;
        if (!deploysOfRequest.TryGetValue(deploy.RequestId, out var ids))
            deploysOfRequest[deploy.RequestId] = ids = new SortedSet<string>(StringComparer.Ordinal);
        ids.Add(deploy.Id);
        ForgetWhenOver(deploy.Id);
    }

    public void Save(TaskRecord task)
    {
        if (tasks.All.TryGetValue(task.Id, out var before))
            tasks.Remove(before);
        if (!task.IsLive || (before?.Phase == TaskPhase.Pending) != (task.Phase == TaskPhase.Pending))
            Moves++;
        Effects.Tasks[task.Id] = task;
        if (task.IsLive)
            tasks.Put(task);
        else
            ForgetWhenOver(task.DeployId);
    }

    public void Save(AgentRecord agent)
    {
        if (!agents.TryGetValue(agent.Id, out var known) || known.State != agent.State || known.Rack != agent.Rack
            || known.Host != agent.Host)
            AgentChanges++;
        Effects.RemovedAgents.Remove(agent.Id);
        Effects.Agents[agent.Id] = agents[agent.Id] = agent;
    }

    public void Save(MachineRecord machine)
    {
        Machines.Put(machine);
        Effects.RemovedMachines.Remove((machine.Kind, machine.Name));
        Effects.Machines[(machine.Kind, machine.Name)] = machine;
        AgentChanges++;
    }

    /// <summary>Saves why a task is not placed, if that changed.</summary>
    public void SaveWhy(TaskRecord task, string why)
    {
        if (task.Why != why)
            Save(task with { Why = why });
    }

    public void Remove(AgentRecord agent)
    {
        agents.Remove(agent.Id);
        Effects.Agents.Remove(agent.Id);
        Effects.RemovedAgents.Add(agent.Id);
        AgentChanges++;
    }

    public void Remove(MachineRecord machine)
    {
        Machines.Remove(machine);
        Effects.Machines.Remove((machine.Kind, machine.Name));
        Effects.RemovedMachines.Add((machine.Kind, machine.Name));
    }

    /// <summary>A request that is being removed is gone when nothing of it is left.</summary>
    public void RemoveWhenEmpty(string requestId)
    {
        var request = requests[requestId];
        if (request.State == RequestState.Removing && DeploysOf(requestId).Count == 0)
            Save(request with { State = RequestState.Removed, ActiveDeploy = null, PendingDeploy = null });
    }

    // A deploy that ended stays in memory until its last task is gone. The row stays for ever.
    private void ForgetWhenOver(string deployId)
    {
        if (!deploys.TryGetValue(deployId, out var deploy) || deploy.IsLive || tasks.Has(deployId))
            return;
        deploys.Remove(deployId);
        deploysOfRequest[deploy.RequestId].Remove(deployId);
        tasks.Forget(deployId);
        attempts.Forget(deployId);
    }
}
