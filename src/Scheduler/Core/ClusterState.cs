using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core;

/// <summary>What the database holds of a cluster that is not over: from it a machine is rebuilt.</summary>
/// <param name="Attempts">The highest attempt used, by deploy and instance, of the live deploys.</param>
internal sealed record Snapshot(
    FrameworkRecord Framework, IReadOnlyList<Request> Requests, IReadOnlyList<Deploy> Deploys, IReadOnlyList<TaskRecord> Tasks,
    IReadOnlyList<AgentRecord> Agents, IReadOnlyDictionary<(string Deploy, int Instance), int> Attempts)
{
    public IReadOnlyList<MachineRecord> Machines { get; init; } = [];
    public PlacementForced Forced { get; init; } = PlacementForced.Nothing;

    public static readonly Snapshot Empty = new(
        new FrameworkRecord(null, FrameworkState.Connecting, null, null, null), [], [], [], [], new Dictionary<(string, int), int>());

    public PriorityFreeze? Freeze { get; init; }
}

/// <summary>The rows in memory with their indexes. Every change goes through a Save, which also puts it into the effects.</summary>
internal sealed partial class ClusterState
{
    private static readonly Comparer<(DateTimeOffset At, string Id)> Oldest = Comparer<(DateTimeOffset At, string Id)>.Create(
        (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Id, b.Id));

    private readonly Dictionary<string, Request> requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deploy> deploys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskRecord> tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AgentRecord> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> tasksOfDeploy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> deploysOfRequest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Amount> usedOnAgent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<int, int>> attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnerUse> usedByOwner = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeployTally> tallies = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset At, string Id)> pending = new(Oldest);

    public ClusterState(Snapshot snapshot)
    {
        Framework = snapshot.Framework;
        Freeze = snapshot.Freeze;
        foreach (var ((deploy, instance), attempt) in snapshot.Attempts)
            AttemptsOf(deploy)[instance] = attempt;
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
        Forced = snapshot.Forced;
        Effects = new Effects();
    }

    public Effects Effects { get; private set; } = new();
    public FrameworkRecord Framework { get; private set; }
    public PriorityFreeze? Freeze { get; private set; }
    public SpreadCounts Spread { get; } = new();
    public IReadOnlyCollection<(DateTimeOffset At, string Id)> Pending => pending;
    public IReadOnlyDictionary<string, TaskRecord> Tasks => tasks;
    public IReadOnlyDictionary<string, Deploy> Deploys => deploys;
    public IReadOnlyDictionary<string, Request> Requests => requests;
    public IReadOnlyDictionary<string, AgentRecord> Agents => agents;

    public Effects TakeEffects()
    {
        var taken = Effects;
        Effects = new Effects();
        return taken;
    }

    /// <summary>What the tasks of an owner hold that were launched.</summary>
    public OwnerUse UsedBy(string owner) => usedByOwner.GetValueOrDefault(owner);

    public Amount UsedOn(string agentId) => usedOnAgent.GetValueOrDefault(agentId);

    /// <summary>Live tasks of a deploy in the order of their ids.</summary>
    public IReadOnlyList<TaskRecord> TasksOf(string deployId) =>
        tasksOfDeploy.TryGetValue(deployId, out var ids) ? [.. ids.Select(id => tasks[id])] : [];

    /// <summary>It was made before: it lives, or came and ended within this very step. What ended earlier is in the rows, which whoever
    /// hands a command over has looked at.</summary>
    public bool Knows(string deployId) => deploys.ContainsKey(deployId) || Effects.Deploys.ContainsKey(deployId);

    public bool HasTasks(string deployId) => tasksOfDeploy.TryGetValue(deployId, out var ids) && ids.Count > 0;

    public DeployTally TallyOf(string deployId) => tallies.TryGetValue(deployId, out var tally) ? tally : NoTasks;

    private static readonly DeployTally NoTasks = new();

    /// <summary>Deploys of a request that are live or still have live tasks.</summary>
    public IReadOnlyList<Deploy> DeploysOf(string requestId) =>
        deploysOfRequest.TryGetValue(requestId, out var ids) ? [.. ids.Select(id => deploys[id])] : [];

    public int NextAttempt(string deployId, int instance)
    {
        var of = AttemptsOf(deployId);
        return of[instance] = of.GetValueOrDefault(instance) + 1;
    }

    private Dictionary<int, int> AttemptsOf(string deployId)
    {
        if (!attempts.TryGetValue(deployId, out var of))
            attempts[deployId] = of = [];
        return of;
    }

    public void Save(PriorityFreeze? freeze)
    {
        Freeze = freeze;
        Effects.Freeze = new FreezeChange(freeze);
    }

    public void Save(FrameworkRecord framework) => Effects.Framework = Framework = framework;

    public void Save(Request request) => Effects.Requests[request.Id] = requests[request.Id] = request;

    public void Save(Deploy deploy)
    {
        if (deploy.KeepsRunning && (!deploys.TryGetValue(deploy.Id, out var known) || known.IsLive != deploy.IsLive))
            DeployChanges++;
        Effects.Deploys[deploy.Id] = deploys[deploy.Id] = deploy;
        Index(deploysOfRequest, deploy.RequestId).Add(deploy.Id);
        ForgetWhenOver(deploy.Id);
    }

    /// <summary>Grows whenever a task begins or ends to wait for a place, or ends.</summary>
    public long Moves { get; private set; }

    public void Save(TaskRecord task)
    {
        if (tasks.TryGetValue(task.Id, out var before))
            Unindex(before);
        if (!task.IsLive || (before?.Phase == TaskPhase.Pending) != (task.Phase == TaskPhase.Pending))
            Moves++;
        Effects.Tasks[task.Id] = task;
        if (task.IsLive)
        {
            tasks[task.Id] = task;
            Reindex(task);
        }
        else
        {
            tasks.Remove(task.Id);
            ForgetWhenOver(task.DeployId);
        }
    }

    private void Reindex(TaskRecord task)
    {
        Index(tasksOfDeploy, task.DeployId).Add(task.Id);
        if (!tallies.TryGetValue(task.DeployId, out var tally))
            tallies[task.DeployId] = tally = new DeployTally();
        tally.Count(task, 1);
        Spread.Add(task, 1);
        IndexAgent(task);
        if (task.AgentId is { } agent)
            usedOnAgent[agent] = UsedOn(agent) + Amount.Of(task.Needs);
        if (task is { Owner: { } owner, Phase: not TaskPhase.Pending })
            usedByOwner[owner] = UsedBy(owner).Plus(task.Needs, 1);
        if (task.Phase == TaskPhase.Pending)
            pending.Add((task.CreatedAt, task.Id));
    }

    private void Unindex(TaskRecord before)
    {
        Index(tasksOfDeploy, before.DeployId).Remove(before.Id);
        tallies[before.DeployId].Count(before, -1);
        Spread.Add(before, -1);
        UnindexAgent(before);
        if (before.AgentId is { } agent)
            usedOnAgent[agent] = UsedOn(agent) - Amount.Of(before.Needs);
        if (before is { Owner: { } owner, Phase: not TaskPhase.Pending })
            usedByOwner[owner] = UsedBy(owner).Plus(before.Needs, -1);
        pending.Remove((before.CreatedAt, before.Id));
    }

    // A deploy that ended stays in memory until its last task is gone. The row stays for ever.
    private void ForgetWhenOver(string deployId)
    {
        if (!deploys.TryGetValue(deployId, out var deploy) || deploy.IsLive || Index(tasksOfDeploy, deployId).Count > 0)
            return;
        deploys.Remove(deployId);
        tasksOfDeploy.Remove(deployId);
        tallies.Remove(deployId);
        Index(deploysOfRequest, deploy.RequestId).Remove(deployId);
        attempts.Remove(deployId);
    }

    private static SortedSet<string> Index(Dictionary<string, SortedSet<string>> index, string key)
    {
        if (!index.TryGetValue(key, out var ids))
            index[key] = ids = new SortedSet<string>(StringComparer.Ordinal);
        return ids;
    }

    public void Append(JournalEvent happened, Actor actor, JournalSubject subject) =>
        Effects.Events.Add(new NewJournalEntry(happened, actor, subject));
}

/// <summary>What an owner holds.</summary>
internal readonly record struct OwnerUse(Amount Amount, int Tasks)
{
    public OwnerUse Plus(ResourceNeed need, int sign) =>
        new(sign > 0 ? Amount + Core.Amount.Of(need) : Amount - Core.Amount.Of(need), Tasks + sign);
}
