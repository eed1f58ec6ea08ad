using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>What follows when an instance of a service or worker is over.</summary>
internal sealed class InstanceEndings(
    ClusterState state, TaskCloser closer, InstanceFailures failures, Backoffs backoffs, Convergence convergence, RolloutFailures rolloutFailures)
{
    public void Ended(Deploy deploy, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        var missed = failures.IsMissed(deploy, task);
        Verdict? verdict = null;
        if (missed)
        {
            failures.Note(deploy, task, end, now);
            (deploy, verdict) = failures.Judge(deploy, task, end);
        }

        if (missed && end.Class == FailureClass.Security && verdict is null)
        {
            // What did not verify is never started again; what runs of it stays until somebody decides.
            state.Save(deploy with { FailureClass = FailureClass.Security, Reason = end.Reason });
            missed = false;
        }

        var replaced = missed && verdict is null;
        // Given up only now that another attempt runs in its place.
        var isReplaced = task.Leaving is { Cause: LeaveCause.Unreachable } && state.StandInsOf(task).Any();
        closer.Announce(task, end, final: !replaced && !isReplaced);
        if (verdict is not null)
            rolloutFailures.GiveUp(deploy, verdict, now);
        else if (replaced)
            convergence.Start(deploy, task.Instance, backoffs.NotBefore(deploy, task.Instance, end, now), now);
        convergence.Settle(task, now);
    }
}
