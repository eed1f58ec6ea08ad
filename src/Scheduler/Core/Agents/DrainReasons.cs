using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Explains to people what keeps a draining agent from becoming empty.</summary>
internal sealed class DrainReasons(ClusterState state, CoreSettings settings, WhyReports reports)
{
    private const int Shown = 3;

    /// <param name="waits">The limit of agents that drain at once is reached.</param>
    public void Explain(AgentRecord agent, string reason, bool waits, DateTimeOffset now)
    {
        var key = KeyOf(agent);
        reports.KeepDrain(key);
        var blockers = new List<WhyBlocker>();
        if (waits)
            blockers.Add(new WhyBlocker("drain-limit", $"{settings.MaxDraining} agents are being emptied already"));
        foreach (var task in state.TasksOn(agent.Id))
            blockers.Add(BlockerOf(task));
        var summary = blockers.Count == 0 ? $"{reason}; it is empty"
            : $"{reason}; {string.Join("; ", blockers.Take(Shown).Select(b => b.Text))}";
        reports.Put(new WhyReport(key, summary, blockers, now));
    }

    /// <summary>Forgets the reports of all other agents.</summary>
    public void Keep(IEnumerable<AgentRecord> draining) => reports.EndOtherDrains(draining.Select(KeyOf).ToHashSet(StringComparer.Ordinal));

    private static string KeyOf(AgentRecord agent) => $"agent/{agent.Host}";

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
        if (state.ReplacementsOf(task).FirstOrDefault() is not { } replacement)
            return new WhyBlocker("not-replaced", $"{task.Id} is not replaced yet");
        return replacement.Phase == TaskPhase.Pending
            ? new WhyBlocker("replacement-pending", $"{replacement.Id} has no place: {replacement.Why ?? "not looked at yet"}")
            : new WhyBlocker("replacement-starting", $"{replacement.Id} is not healthy yet");
    }
}
