using System.Globalization;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.State;

/// <summary>The live tasks, found by deploy, instance, agent and owner, and what they add up to. Kept with every change.</summary>
internal sealed class TaskIndex
{
    private static readonly Comparer<(DateTimeOffset At, string Id)> Oldest = Comparer<(DateTimeOffset At, string Id)>.Create(
        (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Id, b.Id));

    private static readonly DeployTally NoTasks = new();

    private readonly Dictionary<string, TaskRecord> tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> ofDeploy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> onAgent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeployTally> tallies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Amount> usedOnAgent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnerUse> usedByOwner = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset At, string Id)> pending = new(Oldest);

    public IReadOnlyDictionary<string, TaskRecord> All => tasks;
    public IReadOnlyCollection<(DateTimeOffset At, string Id)> Pending => pending;
    public SpreadCounts Spread { get; } = new();

    public OwnerUse UsedBy(string owner) => usedByOwner.GetValueOrDefault(owner);

    public Amount UsedOn(string agentId) => usedOnAgent.GetValueOrDefault(agentId);

    public DeployTally TallyOf(string deployId) => tallies.TryGetValue(deployId, out var tally) ? tally : NoTasks;

    public IReadOnlyList<TaskRecord> Of(string deployId) =>
        ofDeploy.TryGetValue(deployId, out var ids) ? [.. ids.Select(id => tasks[id])] : [];

    public IReadOnlyList<TaskRecord> Of(string deployId, int instance)
    {
        if (!ofDeploy.TryGetValue(deployId, out var ids))
            return [];
        var prefix = $"{deployId}.{instance.ToString(CultureInfo.InvariantCulture)}.";
        // '/' comes right after '.', so this is the range of ids that begin with the prefix.
        return [.. ids.GetViewBetween(prefix, prefix[..^1] + "/").Select(id => tasks[id])];
    }

    public bool Has(string deployId) => ofDeploy.TryGetValue(deployId, out var ids) && ids.Count > 0;

    public IReadOnlyList<TaskRecord> On(string agentId) =>
        onAgent.TryGetValue(agentId, out var ids) ? [.. ids.Select(id => tasks[id])] : [];

    public bool IsEmpty(string agentId) => !onAgent.TryGetValue(agentId, out var ids) || ids.Count == 0;

    /// <summary>Takes the task in, or its new row in place of the one before.</summary>
    public void Put(TaskRecord task)
    {
        tasks[task.Id] = task;
        Index(ofDeploy, task.DeployId).Add(task.Id);
        if (!tallies.TryGetValue(task.DeployId, out var tally))
            tallies[task.DeployId] = tally = new DeployTally();
        tally.Count(task, 1);
        Spread.Add(task, 1);
        if (task.AgentId is { } agent)
        {
            Index(onAgent, agent).Add(task.Id);
            usedOnAgent[agent] = UsedOn(agent) + Amount.Of(task.Needs);
        }

        if (task is { Owner: { } owner, Phase: not TaskPhase.Pending })
            usedByOwner[owner] = UsedBy(owner).Plus(task.Needs, 1);
        if (task.Phase == TaskPhase.Pending)
            pending.Add((task.CreatedAt, task.Id));
    }

    /// <summary>Takes it out of every index; a <see cref="Put"/> brings its new row.</summary>
    public void Remove(TaskRecord before)
    {
        tasks.Remove(before.Id);
        Index(ofDeploy, before.DeployId).Remove(before.Id);
        tallies[before.DeployId].Count(before, -1);
        Spread.Add(before, -1);
        if (before.AgentId is { } agent)
        {
            if (Index(onAgent, agent) is var ids && ids.Remove(before.Id) && ids.Count == 0)
                onAgent.Remove(agent);
            usedOnAgent[agent] = UsedOn(agent) - Amount.Of(before.Needs);
        }

        if (before is { Owner: { } owner, Phase: not TaskPhase.Pending })
            usedByOwner[owner] = UsedBy(owner).Plus(before.Needs, -1);
        pending.Remove((before.CreatedAt, before.Id));
    }

    public void Forget(string deployId)
    {
        ofDeploy.Remove(deployId);
        tallies.Remove(deployId);
    }

    private static SortedSet<string> Index(Dictionary<string, SortedSet<string>> index, string key)
    {
        if (!index.TryGetValue(key, out var ids))
            index[key] = ids = new SortedSet<string>(StringComparer.Ordinal);
        return ids;
    }
}
