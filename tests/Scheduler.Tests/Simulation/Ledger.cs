using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>What is durable, as the database would hold it: full rows, and the counts that the invariants ask for.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<(string Deploy, int Instance), int> attempts = [];
    private readonly Dictionary<string, int> healthy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, TaskRecord>> liveOfDeploy = new(StringComparer.Ordinal);
    private readonly SortedSet<string> liveDeploys = new(StringComparer.Ordinal);

    public Dictionary<string, TaskRecord> Tasks { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, TaskRecord> Live { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Deploy> Deploys { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, Request> Requests { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, AgentRecord> Agents { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<(MachineKind Kind, string Name), MachineRecord> Machines { get; } = [];
    public PlacementForced Forced { get; private set; } = PlacementForced.Nothing;
    public HashSet<(string Task, string Uuid)> Statuses { get; } = [];
    public PriorityFreeze? Freeze { get; private set; }
    public FrameworkRecord Framework { get; private set; } = Snapshot.Empty.Framework;

    public IReadOnlyCollection<TaskRecord> LiveOf(string deploy) =>
        liveOfDeploy.TryGetValue(deploy, out var live) ? live.Values : [];

    public int HealthyOf(string request) => healthy.GetValueOrDefault(request);

    public IEnumerable<Deploy> LiveDeploys => liveDeploys.Select(id => Deploys[id]);

    public void Apply(Effects effects)
    {
        foreach (var row in effects.Requests.Values)
            Requests[row.Id] = row;
        foreach (var row in effects.Deploys.Values)
        {
            Deploys[row.Id] = row;
            if (row.IsLive)
                liveDeploys.Add(row.Id);
            else
                liveDeploys.Remove(row.Id);
        }

        foreach (var row in effects.Tasks.Values)
            Apply(row);
        foreach (var id in effects.RemovedAgents)
            Agents.Remove(id);
        foreach (var row in effects.Agents.Values)
            Agents[row.Id] = row;
        foreach (var key in effects.RemovedMachines)
            Machines.Remove(key);
        foreach (var (key, row) in effects.Machines)
            Machines[key] = row;
        Forced = effects.Forced ?? Forced;
        foreach (var row in effects.Statuses.Where(s => s.Status.Uuid is not null && Tasks.ContainsKey(s.Status.TaskId)))
            Statuses.Add((row.Status.TaskId, Convert.ToHexString(row.Status.Uuid!)));
        Framework = effects.Framework ?? Framework;
        if (effects.Freeze is { } change)
            Freeze = change.Freeze;
    }

    /// <summary>Of a host and its rack the more severe decision.</summary>
    public MachineState StateOf(string host, string rack)
    {
        var ofHost = Machines.GetValueOrDefault((MachineKind.Agent, host))?.State ?? MachineState.Active;
        var ofRack = Machines.GetValueOrDefault((MachineKind.Rack, rack))?.State ?? MachineState.Active;
        return ofHost > ofRack ? ofHost : ofRack;
    }

    /// <summary>As <c>SnapshotReader</c> reads it.</summary>
    public Snapshot ToSnapshot()
    {
        var deploys = liveDeploys.Concat(Live.Values.Select(t => t.DeployId)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select(id => Deploys[id]).ToList();
        return new Snapshot(
            Framework with { State = FrameworkState.Connecting, Detail = null },
            [.. Requests.Values.Where(r => r.State != RequestState.Removed)], deploys, [.. Live.Values], [.. Agents.Values],
            attempts.Where(a => liveDeploys.Contains(a.Key.Deploy)).ToDictionary(a => a.Key, a => a.Value))
        {
            Freeze = Freeze, Machines = [.. Machines.Values], Forced = Forced,
        };
    }

    /// <summary>How a request stands, for messages.</summary>
    public string Show(string request) =>
        $"{request} {Requests[request].State}, in force {Requests[request].ActiveDeploy}, pending {Requests[request].PendingDeploy}, overrides "
        + $"{System.Text.Json.JsonSerializer.Serialize(Requests[request].Overrides, StoredJson.Options)}; "
        + string.Join("; ", Live.Values.Where(t => t.RequestId == request).Select(t =>
            $"{t.Id} {t.Phase}{(t.IsHealthy ? " healthy" : "")} {t.Leaving?.Cause.ToString() ?? "stays"} kill {t.KillCause}"));

    private void Apply(TaskRecord row)
    {
        if (Tasks.TryGetValue(row.Id, out var before))
            Count(before, -1);
        Tasks[row.Id] = row;
        Count(row, 1);
        attempts[(row.DeployId, row.Instance)] = Math.Max(attempts.GetValueOrDefault((row.DeployId, row.Instance)), row.Attempt);
    }

    private void Count(TaskRecord row, int by)
    {
        if (row.IsHealthy && row.IsLive)
            healthy[row.RequestId] = HealthyOf(row.RequestId) + by;
        if (!liveOfDeploy.TryGetValue(row.DeployId, out var live))
            liveOfDeploy[row.DeployId] = live = new SortedDictionary<string, TaskRecord>(StringComparer.Ordinal);
        if (by > 0 && row.IsLive)
        {
            Live[row.Id] = row;
            live[row.Id] = row;
        }
        else
        {
            Live.Remove(row.Id);
            live.Remove(row.Id);
        }
    }
}
