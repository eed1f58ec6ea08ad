using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>The last check before a launch: what does not verify is not launched, and its deploy fails for security.</summary>
internal sealed class LaunchGate(
    ClusterState state, TrustCheck trust, ClusterJournal journal, RolloutFailures rolloutFailures, TaskEndings endings)
{
    private readonly HashSet<string> refusedDeploys = new(StringComparer.Ordinal);

    public bool Refuses(TaskRecord task, DateTimeOffset now)
    {
        var deploy = state.Deploys[task.DeployId];
        if (deploy.Spec.Trust is not { } expected || trust(deploy.Spec, now) is not { } violation)
            return false;
        if (refusedDeploys.Add(deploy.Id))
        {
            journal.Append(
                new SecurityEventRaised(expected.Artifact, expected.Release, state.Cluster, task.Id, violation.Code, violation.Detail),
                ClusterJournal.SubjectOf(task));
        }

        var reason = $"{violation.Code}: {violation.Detail}";
        if (deploy is { State: DeployState.Deploying, KeepsRunning: true })
            rolloutFailures.Fail(deploy, new Verdict(DeployFailure.Security, FailureClass.Security, reason), now);
        else
            endings.End(task, new TaskEnd(TaskPhase.Failed, Outcome.Failed, FailureClass.Security, null, $"not launched, {reason}"), now);
        return true;
    }
}
