using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Creates the next attempt of an instance or a run, as a pending task.</summary>
internal sealed class TaskStarter(ClusterState state)
{
    /// <param name="notBefore">It is not placed earlier.</param>
    public void Start(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now)
    {
        var attempt = state.NextAttempt(deploy.Id, instance);
        var overrides = state.Requests[deploy.RequestId].Overrides;
        var task = new TaskRecord(
            $"{deploy.Id}.{instance}.{attempt}", deploy.RequestId, deploy.Id, instance, attempt, deploy.Spec.Needs, now)
        {
            Subject = deploy.Spec.Subject,
            Owner = deploy.Spec.Options.Owner,
            NotBefore = notBefore,
            SkipHealth = overrides.SkipHealth is not null || overrides.Bounce is { SkipHealth: true }
                || (deploy.State == DeployState.Deploying && deploy.Spec.Options.SkipHealth),
        };
        state.Save(task);
        if (notBefore is { } at)
            state.Timers.Set(TimerKind.NotBefore, task.Id, at);
        state.Signals.WantsRevive = true;
    }
}
