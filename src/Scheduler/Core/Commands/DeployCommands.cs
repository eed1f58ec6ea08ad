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
        RunSubmitted { Run: var run } => runs.Submit(run, now),
        DeploySubmitted { Deploy: var deploy } => submissions.Handle(deploy, now),
        RunCancelled cancelled => runs.Cancel(cancelled, now),
        DeployCancelled cancelled => rollouts.Handle(cancelled, now),
        DeployAdvanced advanced => rollouts.Handle(advanced, now),
        TaskKillAsked asked => kills.Handle(asked, now),
        RequestRemovalAsked asked => removal.Handle(asked, now),
        _ => null,
    };
}
