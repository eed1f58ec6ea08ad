using Hangfire;
using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Jobs;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Jobs;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Server;

/// <summary>
/// The flow of the product on one screen: which event starts which job. Slices only append events; called inside the transaction
/// of the append, so a job exists exactly when its event does. To change what happens after a build, change this file: it says which
/// job an event starts. Whether that job then does anything is decided in the job, from rows. <c>FlowTests</c> pins every line.
/// </summary>
internal sealed class Flow(IBackgroundJobClient jobs, StatusFlow statuses)
{
    public void On(NewJournalEntry appended)
    {
        OnBuilds(appended.Event);
        OnStages(appended.Event);
        OnHolds(appended.Event, appended.Actor);
        OnRoutes(appended.Event);

        // everything a developer waits for → the commit's status on the forge
        statuses.On(appended);
    }

    private void OnBuilds(JournalEvent happened)
    {
        switch (happened)
        {
            // git push → build; a commit that was built on another branch may be released on this one
            case CommitPushed e:
                jobs.Enqueue<PlanBuildJob>(j => j.ExecuteAsync(e.Repository.Value, e.Sha.ToString(), e.Branch, CancellationToken.None));
                jobs.Enqueue<OfferCommitJob>(j => j.ExecuteAsync(e.Repository.Value, e.Sha.ToString(), CancellationToken.None));
                break;

            // a build's task ended → another attempt, the next modules, or the end of the build
            case TaskFinished e when RunIds.Parse(e.DeployId) is not null:
                var (outcome, failure) = (e.Outcome.ToString(), e.Class?.ToString());
                jobs.Enqueue<BuildTaskEndedJob>(
                    j => j.ExecuteAsync(e.DeployId, e.TaskId, e.Final, outcome, failure, e.Reason, CancellationToken.None));
                break;

            // build → release
            case BuildFinished { Outcome: Outcome.Succeeded } e:
                jobs.Enqueue<CreateReleaseJob>(j => j.ExecuteAsync(e.Build.Value, CancellationToken.None));
                break;
        }
    }

    private void OnStages(JournalEvent happened)
    {
        switch (happened)
        {
            // release → promotions through the stages
            case ReleaseCreated e:
                jobs.Enqueue<OfferReleaseJob>(j => j.ExecuteAsync(e.Release.ToString(), CancellationToken.None));
                break;

            // roll-out → promotion goes on, or back
            case DeployHealthy e:
                jobs.Enqueue<DeployEndedJob>(j => j.ExecuteAsync(e.Cluster, e.DeployId, CancellationToken.None));
                break;
            case DeployFailed e:
                jobs.Enqueue<DeployEndedJob>(j => j.ExecuteAsync(e.Cluster, e.DeployId, CancellationToken.None));
                break;

            // a stage's slot is free or healthy again → what waits behind it
            case PromotionSucceeded e:
                jobs.Enqueue<AdvanceReleaseJob>(j => j.ExecuteAsync(e.Release.ToString(), CancellationToken.None));
                break;
            case PromotionRolledBack e:
                jobs.Enqueue<AdvanceReleaseJob>(j => j.ExecuteAsync(e.Release.ToString(), CancellationToken.None));
                break;
            case PromotionFailed e:
                jobs.Enqueue<AdvanceReleaseJob>(j => j.ExecuteAsync(e.Release.ToString(), CancellationToken.None));
                break;
        }
    }

    private void OnHolds(JournalEvent happened, Actor actor)
    {
        switch (happened)
        {
            // a hold that somebody lifted → what waited for it
            case ActionRecorded { Action: "release.released" } e:
                jobs.Enqueue<AdvanceReleaseJob>(j => j.ExecuteAsync(e.Target, CancellationToken.None));
                break;

            // a hold that somebody placed → what starts the release now
            case ActionRecorded { Action: "release.held" } e when actor.Kind != ActorKind.System:
                jobs.Enqueue<StopHeldReleaseJob>(j => j.ExecuteAsync(e.Target, CancellationToken.None));
                break;

            // a digest or signature that does not match → the release is held everywhere
            case SecurityEventRaised { Release: { } release } e:
                jobs.Enqueue<HoldReleaseJob>(j => j.ExecuteAsync(release.ToString(), e.Code, e.Detail, CancellationToken.None));
                break;
        }
    }

    private void OnRoutes(JournalEvent happened)
    {
        // a route that somebody gave up or was given → what waited for it
        var stage = happened switch { RouteTransferred e => e.Stage, RouteReleased e => e.Stage, _ => null };
        if (stage is not null)
            jobs.Enqueue<AdvanceStageJob>(j => j.ExecuteAsync(stage, CancellationToken.None));
    }
}
