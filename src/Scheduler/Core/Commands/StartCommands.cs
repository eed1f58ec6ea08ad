using Pipeline.Scheduler.Core.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Requests;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Commands about when tasks of a request may start.</summary>
internal sealed class StartCommands(ActiveRequests requests, Priorities priorities, Cooldowns cooldowns, RunCommands runs)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        RunNowCommand asked => requests.With(asked.RequestId, r => runs.Run(r, asked, now)),
        SetPriorityCommand asked => requests.With(asked.RequestId, r => priorities.Handle(r, asked, now)),
        ExitCooldownCommand asked => requests.With(asked.RequestId, r => cooldowns.Handle(r, asked, now)),
        _ => null,
    };
}
