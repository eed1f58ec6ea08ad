using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>How long the next attempt waits: doubling with each failure in a row of the same instance.</summary>
internal sealed class Backoffs(ClusterState state, CoreSettings settings)
{
    private readonly Dictionary<(string Deploy, int Instance), int> failuresInRow = [];

    /// <summary>The instance is healthy.</summary>
    public void Reset(TaskRecord task) => failuresInRow.Remove((task.DeployId, task.Instance));

    /// <summary>The first infrastructure failure is retried at once: losing one agent says nothing about the next.</summary>
    /// <returns>When the next attempt of the instance may be placed; null: at once.</returns>
    public DateTimeOffset? NotBefore(Deploy deploy, int instance, TaskEnd end, DateTimeOffset now)
    {
        var wait = deploy.Spec.Options.WaitAfterTask;
        if (!end.NeverRan && end.Outcome != Outcome.Cancelled)
        {
            var row = failuresInRow[(deploy.Id, instance)] = failuresInRow.GetValueOrDefault((deploy.Id, instance)) + 1;
            var free = end.Class == FailureClass.Infra ? 1 : 0;
            if (row > free && After(row - free) > wait)
                wait = After(row - free);
        }

        if (state.Requests[deploy.RequestId].Overrides.Cooldown is not null && deploy.State != DeployState.Deploying
            && CooldownRules.Delay > wait)
            wait = CooldownRules.Delay;
        return wait > TimeSpan.Zero ? now + wait : null;
    }

    /// <param name="failures">In a row, from 1.</param>
    public TimeSpan After(int failures)
    {
        var doubled = settings.FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        return doubled < settings.LongestBackoff ? doubled : settings.LongestBackoff;
    }
}
