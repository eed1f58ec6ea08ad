using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Targets;

/// <summary>The target number of instances of each deploy: by its spec, by overrides, and by the progress of a newer deploy.</summary>
internal sealed class InstanceTargets(ClusterState state)
{
    /// <summary>Of deploys that have one instance on every agent: how many agents there are for it.</summary>
    private readonly Dictionary<string, int> agentCounts = new(StringComparer.Ordinal);

    /// <summary>Paused without killing: nothing starts, nothing is retired.</summary>
    public static bool IsLeftAlone(Request request, Deploy deploy) =>
        request.Overrides.Pause is { Kill: false } && deploy.State != DeployState.Deploying;

    /// <summary>The instances that the request should have, by the deploy and its overrides.</summary>
    public int WantedOf(Request request, Deploy deploy) =>
        request.Overrides.Scale?.Instances ?? (agentCounts.TryGetValue(deploy.Id, out var agents) ? agents : deploy.Spec.Instances);

    /// <summary>Instances of this deploy that should run now.</summary>
    public int TargetOf(Request request, Deploy deploy)
    {
        if (!deploy.IsLive || !deploy.KeepsRunning || request.State is RequestState.Removing or RequestState.Removed)
            return 0;
        var wanted = WantedOf(request, deploy);
        if (deploy.State == DeployState.Deploying)
            return RolloutRules.TargetOf(deploy, wanted);
        if (request.Overrides.Pause is { Kill: true })
            return 0;
        // As groups of a newer deploy become healthy, this one makes room.
        return request.PendingDeploy is { } next && state.Deploys.TryGetValue(next, out var pending)
            ? Math.Max(0, wanted - pending.Progress.Proven)
            : wanted;
    }

    /// <summary>The healthy instances of this deploy that the request still needs. Instances of a newer deploy may have ended since they
    /// were healthy.</summary>
    public int NeededOf(Request request, Deploy deploy)
    {
        var target = TargetOf(request, deploy);
        if (!IsMakingRoom(request, deploy) || request.PendingDeploy is not { } next)
            return target;
        return Math.Max(target, WantedOf(request, deploy) - state.TallyOf(next).Healthy);
    }

    /// <summary>It has fewer instances than are wanted because a newer deploy has some.</summary>
    public bool IsMakingRoom(Request request, Deploy deploy) =>
        deploy.State != DeployState.Deploying
        && request is { State: RequestState.Active, PendingDeploy: not null, Overrides.Pause: not { Kill: true } }
        && TargetOf(request, deploy) < WantedOf(request, deploy);

    /// <param name="agents">Null: the deploy has as many instances as it says.</param>
    /// <returns>Whether that is a change.</returns>
    public bool SetAgentCount(string deployId, int? agents)
    {
        if (agents == (agentCounts.TryGetValue(deployId, out var before) ? before : null))
            return false;
        if (agents is { } count)
            agentCounts[deployId] = count;
        else
            agentCounts.Remove(deployId);
        return true;
    }

    public void ForgetEndedDeploys()
    {
        foreach (var id in agentCounts.Keys.Where(id => !state.Deploys.ContainsKey(id)).ToList())
            agentCounts.Remove(id);
    }
}
