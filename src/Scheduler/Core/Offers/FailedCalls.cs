using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Offers;

/// <summary>Handles calls that failed. What matters is repeated by its timer; a launch is reconciled soon.</summary>
internal sealed class FailedCalls(ClusterState state, CoreSettings settings)
{
    public void Handle(MasterCall call, DateTimeOffset now)
    {
        switch (call)
        {
            case AcceptOffers accept:
                foreach (var task in accept.Tasks.Where(t =>
                    state.Tasks.TryGetValue(t.TaskId, out var held) && held.Phase == TaskPhase.Launching))
                    state.Timers.Set(TimerKind.Launch, task.TaskId, now + settings.KillRetry);
                break;
            case ReviveOffers:
                state.Signals.WantsRevive = true;
                state.Timers.Set(TimerKind.Revive, "", now + settings.ReviveInterval);
                break;
        }
    }
}
