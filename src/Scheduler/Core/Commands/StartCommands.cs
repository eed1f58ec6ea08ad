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
        RunNowCommand runNow => requests.With(runNow.RequestId, r => runs.Run(r, runNow, now)),
        SetPriorityCommand setPriority => requests.With(setPriority.RequestId, r => priorities.Handle(r, setPriority, now)),
        ExitCooldownCommand exitCooldown => requests.With(exitCooldown.RequestId, r => cooldowns.Handle(r, exitCooldown, now)),
        _ => null,
    };
}
