using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Requests;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Commands about how many instances of a request run, and how.</summary>
internal sealed class InstanceCommands(ActiveRequests requests, Scales scales, Pauses pauses, Bounces bounces, HealthSkips healthSkips)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        ScaleCommand scale => requests.With(scale.RequestId, r => scales.Handle(r, scale, now)),
        EndScaleCommand endScale => requests.With(endScale.RequestId, r => scales.Handle(r, endScale, now)),
        PauseCommand pause => requests.With(pause.RequestId, r => pauses.Handle(r, pause, now)),
        UnpauseCommand unpause => requests.With(unpause.RequestId, r => pauses.Handle(r, unpause, now)),
        BounceCommand bounce => requests.With(bounce.RequestId, r => bounces.Handle(r, bounce, now)),
        EndBounceCommand endBounce => requests.With(endBounce.RequestId, r => bounces.Handle(r, endBounce, now)),
        SkipHealthCommand skipHealth => requests.With(skipHealth.RequestId, r => healthSkips.Handle(r, skipHealth, now)),
        _ => null,
    };
}
