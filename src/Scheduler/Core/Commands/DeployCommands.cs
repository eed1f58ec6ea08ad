using Pipeline.Scheduler.Core.Deploys;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Commands about deploys, runs and tasks: what comes, and what ends.</summary>
internal sealed class DeployCommands(
    DeploySubmissions submissions, RolloutStarts rollouts, RunCommands runs, RequestRemoval removal, TaskKills kills)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        SubmitRunCommand { Run: var run } => runs.Submit(run, now),
        SubmitDeployCommand { Deploy: var deploy } => submissions.Handle(deploy, now),
        RenewDeployCommand { Deploy: var renewed } => submissions.Renew(renewed),
        CancelRunCommand cancelled => runs.Cancel(cancelled, now),
        CancelDeployCommand cancelled => rollouts.Handle(cancelled, now),
        AdvanceDeployCommand advanced => rollouts.Handle(advanced, now),
        KillTaskCommand killTask => kills.Handle(killTask, now),
        RemoveRequestCommand removeRequest => removal.Handle(removeRequest, now),
        _ => null,
    };
}
