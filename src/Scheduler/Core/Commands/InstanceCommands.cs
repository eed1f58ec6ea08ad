using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Requests;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Commands about how many instances of a request run, and how.</summary>
internal sealed class InstanceCommands(ActiveRequests requests, Scales scales, Pauses pauses, Bounces bounces, HealthSkips healthSkips)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        ScaleCommand asked => requests.With(asked.RequestId, r => scales.Handle(r, asked, now)),
        EndScaleCommand asked => requests.With(asked.RequestId, r => scales.Handle(r, asked, now)),
        PauseCommand asked => requests.With(asked.RequestId, r => pauses.Handle(r, asked, now)),
        UnpauseCommand asked => requests.With(asked.RequestId, r => pauses.Handle(r, asked, now)),
        BounceCommand asked => requests.With(asked.RequestId, r => bounces.Handle(r, asked, now)),
        EndBounceCommand asked => requests.With(asked.RequestId, r => bounces.Handle(r, asked, now)),
        SkipHealthCommand asked => requests.With(asked.RequestId, r => healthSkips.Handle(r, asked, now)),
        _ => null,
    };
}
