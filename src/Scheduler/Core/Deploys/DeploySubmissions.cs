using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Deploys;

/// <summary>Accepts new deploys. Services and workers roll out, cron and on-demand deploys take over at once, a run-once deploy
/// runs.</summary>
internal sealed class DeploySubmissions(
    ClusterState state, ClusterJournal journal, RolloutStarts starts, RolloutFailures rolloutFailures, RunStarter runs, CronRuns cronRuns)
{
    public CommandOutcome Handle(DeploySubmission submitted, DateTimeOffset now)
    {
        var id = submitted.DeployId;
        if (state.Knows(id))
            return CommandOutcome.Accepted;
        var spec = DeploySpec.Of(submitted);
        var request = state.Requests.TryGetValue(submitted.RequestId, out var known) && known.State != RequestState.Removed
            ? known with { State = RequestState.Active }
            : new Request(submitted.RequestId, spec.Kind, RequestState.Active, null, null, known?.CreatedAt ?? now);
        var deploy = Deploy.Start(id, request.Id, spec, now);
        if (SubmissionRules.Refuse(request, id, spec) is { } refusal)
        {
            Refuse(known ?? request, deploy, refusal, now);
            return CommandOutcome.Conflict(Wording.Word(refusal.Failure), refusal.Reason);
        }

        if (request.PendingDeploy is { } overtaken && state.Deploys.TryGetValue(overtaken, out var pending))
        {
            var reason = $"superseded by deploy {id} before it was healthy";
            rolloutFailures.Fail(pending, new Verdict(DeployFailure.Superseded, FailureClass.Infra, reason), now, spec.Actor);
            request = request with { PendingDeploy = null };
        }

        Start(request with { Kind = spec.Kind }, deploy, now);
        return CommandOutcome.Accepted;
    }

    /// <summary>Fresh statements for a deploy and its waiting runs; whatever is about something else changes nothing.</summary>
    public CommandOutcome Renew(DeploySubmission submitted)
    {
        if (!state.Deploys.TryGetValue(submitted.DeployId, out var deploy) || deploy.Spec.Trust != submitted.Trust)
            return CommandOutcome.NotFound($"'{submitted.DeployId}' is not a deploy of this artifact, release, stage and generation.");
        var fresh = DeploySpec.Of(submitted);
        foreach (var renewed in state.Deploys.Values.Where(d => d.IsLive && (d.Id == deploy.Id || IsPlainRunOf(d, deploy))).ToList())
            state.Save(renewed with { Spec = renewed.Spec.Renewed(fresh) });
        return CommandOutcome.Accepted;
    }

    // What a run has of its own was signed for, or not, when it was started.
    private static bool IsPlainRunOf(Deploy run, Deploy deploy) => run.Parent == deploy.Id && run.Spec.Run is { IsPlain: true };

    private void Start(Request request, Deploy deploy, DateTimeOffset now)
    {
        if (deploy.KeepsRunning)
        {
            starts.RollOut(request, deploy, now);
        }
        else if (deploy.Spec.Kind == RequestKind.RunOnce)
        {
            // The deploy is the run: its result is the run's result.
            state.Save(request with { PendingDeploy = deploy.Id });
            runs.Start(deploy, now);
        }
        else
        {
            TakeOver(request, deploy, now);
        }
    }

    /// <summary>A refused deploy gets a row and an event like any failed one, so that whoever waits for it is notified.</summary>
    private void Refuse(Request request, Deploy deploy, Verdict why, DateTimeOffset now)
    {
        state.Save(request);
        state.Save(deploy with
        {
            State = DeployState.Failed, EndedAt = now, FailureClass = why.Class, Failure = why.Failure, Reason = why.Reason,
        });
        journal.Append(
            new DeployFailed(state.Cluster, deploy.RequestId, deploy.Id, why.Class, why.Reason, Wording.Word(why.Failure)),
                deploy.Spec.Subject);
    }

    /// <summary>Nothing of it runs permanently, so there is no health to wait for: it is active at once. Runs of its predecessor may
    /// continue for a while.</summary>
    private void TakeOver(Request request, Deploy deploy, DateTimeOffset now)
    {
        if (request.ActiveDeploy is { } before && state.Deploys.TryGetValue(before, out var old) && old.IsLive)
            state.Save(old with { State = DeployState.Superseded, EndedAt = now, Reason = $"superseded by {deploy.Id}" });
        state.Save(deploy with { State = DeployState.Active });
        state.Save(request with
        {
            ActiveDeploy = deploy.Id, Overrides = request.Overrides with { Pause = null }, Failures = [],
        });
        journal.Append(new DeployHealthy(state.Cluster, request.Id, deploy.Id), deploy.Spec.Subject);
        cronRuns.WatchOldRuns(deploy);
        cronRuns.PlanNextFire(request.Id, now);
    }
}
