using System.Globalization;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Core;

// What stands in the way, for people. Kept once for all tasks of a shape, and looked into at most once a second where there are many.
internal sealed partial class ClusterMachine
{
    private const int FewAgents = 200;
    private const int FewTasks = 50;
    private static readonly TimeSpan WhyInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetellInterval = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Shape> shapes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, WhyReport> reports = new(StringComparer.Ordinal);

    /// <summary>What the rows of the tasks say, by shape: changed less often than the report itself.</summary>
    private readonly Dictionary<string, WhyReport> told = new(StringComparer.Ordinal);
    private readonly HashSet<string> waitingShapes = new(StringComparer.Ordinal);
    private readonly HashSet<string> drainReports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> declined = new(StringComparer.Ordinal);

    internal WhyReport? WhyOf(string key) => reports.GetValueOrDefault(key);

    internal WhyReport? WhyOf(TaskRecord task) => state.Tasks.ContainsKey(task.Id) ? WhyOf(ShapeOf(task).Key) : null;

    private Shape ShapeOf(TaskRecord task)
    {
        var deploy = state.Deploys[task.DeployId];
        if (shapes.TryGetValue(task.DeployId, out var known))
        {
            if (!known.SharesOut || known.Instances == WantedOf(state.Requests[task.RequestId], deploy))
                return known;
        }
        else if (shapes.Count > 2 * state.Deploys.Count + 1000)
            shapes.Clear();
        var instances = deploy.KeepsRunning ? WantedOf(state.Requests[task.RequestId], deploy) : 1;
        return shapes[task.DeployId] = Shape.Of(deploy, instances, state.Forced);
    }

    private void Explain(Shape shape, List<TaskRecord> tasks, PlacementPlanner planner, DateTimeOffset now)
    {
        waitingShapes.Add(shape.Key);
        var before = reports.GetValueOrDefault(shape.Key);
        if (before is null || now - before.At >= WhyInterval || state.Agents.Count <= FewAgents)
            Report(PlacementWhy.Of(shape, planner, state.Agents.Values, state.Forced, Silence(planner), before, now));
        Tell(shape.Key, tasks, now);
    }

    // A row for each task is written only when there is news, and rarely where there are many of them.
    private void Tell(string key, List<TaskRecord> tasks, DateTimeOffset now)
    {
        var report = reports[key];
        if (!told.TryGetValue(key, out var last) || tasks.Count <= FewTasks || now - last.At >= RetellInterval)
            told[key] = last = report;
        foreach (var task in tasks)
        {
            if (task.Shape != key)
                state.Save(task with { Shape = key, Why = last.Summary });
            else
                Explain(task, last.Summary);
        }
    }

    private void Report(WhyReport report)
    {
        if (report.SaysTheSameAs(reports.GetValueOrDefault(report.Key)))
            return;
        reports[report.Key] = report;
        state.Effects.Whys[report.Key] = report;
    }

    private void ExplainSilence(List<TaskRecord> due, DateTimeOffset now)
    {
        var text = $"not connected to the master: {state.Framework.Detail ?? "subscribing"}";
        foreach (var group in due.GroupBy(t => ShapeOf(t).Key))
        {
            waitingShapes.Add(group.Key);
            Report(new WhyReport(group.Key, text, [new WhyBlocker("not-connected", text)], now));
            Tell(group.Key, [.. group], now);
        }

        ForgetReasons();
    }

    /// <summary>What is known of the agents that do not offer.</summary>
    private string? Silence(PlacementPlanner planner)
    {
        if (suppressed != false)
            return "offers are asked for";
        var refused = state.Agents.Values.Where(a => a.State == AgentState.Active && planner.SlotOf(a.Id) is null && declined.ContainsKey(a.Id)).ToList();
        var silent = state.Agents.Values.Count(a => a.State == AgentState.Active && planner.SlotOf(a.Id) is null) - refused.Count;
        var parts = new List<string>();
        if (refused.Count > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture,
                $"{refused.Count} offered too little and come again within {refused.Max(a => declined[a.Id]).TotalSeconds:0} s, or when more is free"));
        if (silent > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{silent} offer nothing: they are full, or other frameworks hold them"));
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    private void ForgetReasons()
    {
        foreach (var key in reports.Keys.Where(k => !waitingShapes.Contains(k) && !drainReports.Contains(k)).ToList())
        {
            reports.Remove(key);
            told.Remove(key);
            state.Effects.Whys[key] = null;
        }

        waitingShapes.Clear();
    }

    /// <param name="waits">So many others are being emptied already.</param>
    private void ExplainDrain(AgentRecord agent, string reason, bool waits, DateTimeOffset now)
    {
        var key = $"agent/{agent.Host}";
        drainReports.Add(key);
        var blockers = new List<WhyBlocker>();
        if (waits)
            blockers.Add(new WhyBlocker("drain-limit", $"{settings.MaxDraining} agents are being emptied already"));
        foreach (var task in state.TasksOn(agent.Id))
            blockers.Add(BlockerOf(task));
        var summary = blockers.Count == 0 ? $"{reason}; it is empty" : $"{reason}; {string.Join("; ", blockers.Take(3).Select(b => b.Text))}";
        Report(new WhyReport(key, summary, blockers, now));
    }

    private WhyBlocker BlockerOf(TaskRecord task)
    {
        var deploy = state.Deploys[task.DeployId];
        if (task.KillCause is not null)
            return new WhyBlocker("killing", $"{task.Id} is being killed");
        if (task.Phase == TaskPhase.Unreachable)
            return new WhyBlocker("unreachable", $"{task.Id} is out of reach");
        if (!deploy.KeepsRunning)
            return new WhyBlocker("run-under-way", $"{task.Id} runs to its end");
        if (deploy.State == DeployState.Deploying)
            return new WhyBlocker("deploy-under-way", $"deploy {deploy.Id} is not settled yet");
        if (StandIns(task).FirstOrDefault() is not { } standIn)
            return new WhyBlocker("not-replaced", $"{task.Id} is not replaced yet");
        return standIn.Phase == TaskPhase.Pending
            ? new WhyBlocker("replacement-pending", $"{standIn.Id} has no place: {standIn.Why ?? "not looked at yet"}")
            : new WhyBlocker("replacement-starting", $"{standIn.Id} is not healthy yet");
    }

    private void ForgetDrains()
    {
        var draining = state.Agents.Values
            .Where(a => maintenance.ContainsKey(a.Id) || state.Machines.StateOf(a.Host, a.Rack) == MachineState.Draining)
            .Select(a => $"agent/{a.Host}").ToHashSet(StringComparer.Ordinal);
        drainReports.IntersectWith(draining);
    }
}
