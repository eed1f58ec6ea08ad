using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>Deploys with one instance on every agent: their number follows the agents.</summary>
internal sealed class SpreadAll(ClusterState state, CoreSettings settings, InstanceTargets targets, TaskShapes shapes,
    Convergence convergence)
{
    private int followedAgents = -1;
    private int followedDeploys = -1;

    public void Follow(DateTimeOffset now)
    {
        if (followedAgents == state.AgentChanges && followedDeploys == state.DeployChanges)
            return;
        (followedAgents, followedDeploys) = (state.AgentChanges, state.DeployChanges);
        targets.ForgetEndedDeploys();
        foreach (var deploy in state.Deploys.Values.Where(d => d is { KeepsRunning: true, IsLive: true })
            .OrderBy(d => d.Id, StringComparer.Ordinal).ToList())
            Follow(deploy, now);
        // Balancing adds no agents, but may have ended deploys.
        followedDeploys = state.DeployChanges;
    }

    private void Follow(Deploy deploy, DateTimeOffset now)
    {
        var strategy = state.Forced.Over(deploy.Spec.Options.Placement).Strategy;
        if (!targets.SetAgentCount(deploy.Id, strategy == PlacementStrategy.SpreadAll ? AgentsFor(deploy, now) : null))
            return;
        shapes.Forget(deploy.Id);
        convergence.Balance(deploy.RequestId, now);
        convergence.Advance(deploy.Id, now);
    }

    private int AgentsFor(Deploy deploy, DateTimeOffset now)
    {
        var shape = TaskShape.Of(deploy, deploy.Spec.Instances, state.Forced);
        var rules = new AgentRules(state.Machines, settings, now);
        var keeps = state.TasksOf(deploy.Id).Where(t => t is { FillsPlace: true, AgentId: not null }).Select(t => t.AgentId!)
            .ToHashSet(StringComparer.Ordinal);
        // A frozen agent keeps its instance; draining and dead agents do not count.
        return Math.Max(1, state.Agents.Values.Count(a => a.State == AgentState.Active
            && rules.Judge(shape, a.Host, a.Rack, a.Attributes, null) switch
        {
            Fit.Yes => true,
            Fit.Frozen => keeps.Contains(a.Id),
            _ => false,
        }));
    }
}
