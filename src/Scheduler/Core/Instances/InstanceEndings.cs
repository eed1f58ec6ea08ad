using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Handles the end of an instance of a service or worker.</summary>
internal sealed class InstanceEndings(
    ClusterState state, TaskCloser closer, InstanceFailures failures, Backoffs backoffs, Convergence convergence,
        RolloutFailures rolloutFailures)
{
    public void Ended(Deploy deploy, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        var isMissing = failures.IsMissing(deploy, task);
        Verdict? verdict = null;
        if (isMissing)
        {
            failures.Note(deploy, task, end, now);
            (deploy, verdict) = failures.Judge(deploy, task, end);
        }

        if (isMissing && end.Class == FailureClass.Security && verdict is null)
        {
            // A deploy that failed verification starts nothing any more; what still runs stays until a person decides.
            state.Save(deploy with { FailureClass = FailureClass.Security, Reason = end.Reason });
            isMissing = false;
        }

        var replaced = isMissing && verdict is null;
        // It is given up because another attempt already runs in its place.
        var isReplaced = task.Leaving is { Cause: LeaveCause.Unreachable } && state.ReplacementsOf(task).Any();
        closer.Announce(task, end, final: !replaced && !isReplaced);
        if (verdict is not null)
            rolloutFailures.Fail(deploy, verdict, now);
        else if (replaced)
            convergence.Start(deploy, task.Instance, backoffs.NotBefore(deploy, task.Instance, end, now), now);
        convergence.Settle(task, now);
    }
}
