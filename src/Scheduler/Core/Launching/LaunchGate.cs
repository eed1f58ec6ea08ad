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

    public LaunchVerdict Judge(TaskRecord task, DateTimeOffset now)
    {
        var deploy = state.Deploys[task.DeployId];
        if (trust(deploy, now) is not { } violation)
            return LaunchVerdict.Launch;
        if (violation.Outdated)
        {
            state.SaveWhy(task, $"waits for a fresh promotion statement, which the server makes by itself: {violation.Detail}");
            return LaunchVerdict.Wait;
        }

        Refuse(task, deploy, violation, now);
        return LaunchVerdict.Refused;
    }

    private void Refuse(TaskRecord task, Deploy deploy, TrustViolation violation, DateTimeOffset now)
    {
        if (refusedDeploys.Add(deploy.Id))
        {
            var expected = deploy.Spec.Trust;
            var release = expected?.Release ?? deploy.Spec.Subject.Release;
            journal.Append(
                new SecurityEventRaised(expected?.Artifact, release, state.Cluster, task.Id, violation.Code, violation.Detail),
                ClusterJournal.SubjectOf(task));
        }

        var reason = $"{violation.Code}: {violation.Detail}";
        if (deploy is { State: DeployState.Deploying, KeepsRunning: true })
            rolloutFailures.Fail(deploy, new Verdict(DeployFailure.Security, FailureClass.Security, reason), now);
        else
            endings.End(task, new TaskEnd(TaskPhase.Failed, Outcome.Failed, FailureClass.Security, null, $"not launched, {reason}"), now);
    }
}

/// <summary>What becomes of a task that has a place.</summary>
internal enum LaunchVerdict
{
    /// <summary>It is launched.</summary>
    Launch,

    /// <summary>It waits, and its place may go to another.</summary>
    Wait,

    /// <summary>It has ended, and is never launched.</summary>
    Refused,
}
