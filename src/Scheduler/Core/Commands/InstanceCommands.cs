using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Requests;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Commands about how many instances of a request run, and how.</summary>
internal sealed class InstanceCommands(ActiveRequests requests, Scales scales, Pauses pauses, Bounces bounces, HealthSkips healthSkips)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        ScaleAsked asked => requests.With(asked.RequestId, r => scales.Handle(r, asked, now)),
        ScaleEnded asked => requests.With(asked.RequestId, r => scales.Handle(r, asked, now)),
        PauseAsked asked => requests.With(asked.RequestId, r => pauses.Handle(r, asked, now)),
        UnpauseAsked asked => requests.With(asked.RequestId, r => pauses.Handle(r, asked, now)),
        BounceAsked asked => requests.With(asked.RequestId, r => bounces.Handle(r, asked, now)),
        BounceEnded asked => requests.With(asked.RequestId, r => bounces.Handle(r, asked, now)),
        SkipHealthAsked asked => requests.With(asked.RequestId, r => healthSkips.Handle(r, asked, now)),
        _ => null,
    };
}
