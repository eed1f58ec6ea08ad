using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Asks the scheduler for what a release needs in a stage: a fresh statement and a deploy per deployable. Joins the ambient
/// transaction.</summary>
public sealed class Rollouts(
    StageStores stores, ReleaseQueries releases, AttestationCommands signer, AttestationQueries attestations, SchedulerCommands scheduler,
    TimeProvider time)
{
    // A replaced instance is verified again, months later perhaps; the generation, not the date, is what fences old releases.
    private static readonly TimeSpan StatementLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(10);

    /// <param name="p">Carries the generation that the deploys get.</param>
    public async Task SubmitAsync(Promotion p, StagePolicy policy, Digest releaseDigest, bool rollback, Actor actor, CancellationToken ct)
    {
        var release = await releases.FindAsync(releaseDigest, ct);
        Invariant.Require(release is not null && p.Generation is not null);
        var now = time.GetUtcNow();
        await stores.Slots.TakeAsync(p, releaseDigest, now, ct);
        var deploys = new List<PromotionDeploy>();
        foreach (var deployable in release.Deployables.Select(d => ResolvedDeployable.For(d, p.Stage)))
        {
            var submission = (await PrepareAsync(p, policy, releaseDigest, deployable, actor, ct)) with
            {
                // The way back is taken at once: what is in force does harm.
                Options = RunOptions.Of(deployable, rollback ? new Scheduler.Contract.Rollout() : policy.Rollout),
            };
            await scheduler.DeployAsync(submission, ct);
            deploys.Add(new PromotionDeploy(
                p.Id, p.Cluster, submission.DeployId, submission.RequestId, deployable.Name, deployable.Kind, releaseDigest,
                p.Generation.Value, rollback, deployable.Instances, DeployState.Submitted, null, null, now, null));
        }

        await stores.Deploys.InsertAsync(deploys, ct);
    }

    /// <summary>The matrix now shows this generation's deploys.</summary>
    public async Task RecordAsync(Promotion p, Digest releaseDigest, CancellationToken ct)
    {
        var release = await releases.FindAsync(releaseDigest, ct);
        Invariant.Require(release is not null);
        var now = time.GetUtcNow();
        await stores.Deployables.UpsertAsync(
            [.. (await OfGenerationAsync(p, ct)).Select(d => new RunningDeployable(
                d.Deployable, p.Stage, p.Repository, d.Kind, releaseDigest, release.Number, release.CommitSha, d.DeployId,
                d.RequestId, d.Cluster, d.Instances, p.Id, now))],
            ct);
    }

    /// <summary>Takes away what the other release had and this one has not.</summary>
    public async Task RemoveMissingAsync(Promotion p, Actor actor, CancellationToken ct)
    {
        var keep = (await OfGenerationAsync(p, ct)).Select(d => d.Deployable).ToArray();
        var gone = await stores.Deployables.RemoveOthersAsync(p.Stage, p.Repository, keep, ct);
        var tried = (await stores.Deploys.OfAsync(p.Id, ct)).Where(d => !keep.Contains(d.Deployable));
        var requests = gone.Select(d => (d.Cluster, d.RequestId)).Concat(tried.Select(d => (d.Cluster, d.RequestId)));
        foreach (var (cluster, request) in requests.Distinct())
            await scheduler.RemoveRequestAsync(cluster, request, actor, ct);
    }

    /// <summary>Stops what is still on its way; what became healthy stays.</summary>
    public async Task CancelAsync(Promotion p, Actor actor, CancellationToken ct)
    {
        var reason = $"promotion {p.Number} ended: {p.Reason}";
        foreach (var deploy in (await OfGenerationAsync(p, ct)).Where(d => d.State == DeployState.Submitted))
        {
            await scheduler.CancelDeployAsync(deploy.Cluster, deploy.DeployId, reason, actor, ct);
            await stores.Deploys.EndAsync(
                deploy, DeployState.Failed, p.FailureClass, "Cancelled: the promotion ended.", time.GetUtcNow(), ct);
        }
    }

    private async Task<List<PromotionDeploy>> OfGenerationAsync(Promotion p, CancellationToken ct) =>
        [.. (await stores.Deploys.OfAsync(p.Id, ct)).Where(d => d.Generation == p.Generation)];

    private async Task<DeploySubmission> PrepareAsync(
        Promotion p, StagePolicy policy, Digest release, ResolvedDeployable d, Actor actor, CancellationToken ct)
    {
        var generation = p.Generation!.Value;
        var statement = await signer.SignPromotionAsync(
            Caller.System("stages"),
            new NewPromotionStatement(
                p.Stage, release, [new ReleaseArtifact(d.ArtifactName, "", d.Artifact, d.Bytes, d.MediaType)], d.Name, generation,
                time.GetUtcNow() + StatementLife),
            ct);
        var provenance = await attestations.ProvenanceOfAsync(d.Artifact, ct);
        string[] envelopes = provenance is null ? [statement] : [statement, provenance];
        RunnerSpec spec = new RunSpec(
            d.Artifact.ToString(), d.Bytes, d.MediaType, release.ToString(), p.Stage, d.Name, generation, envelopes, d.Run,
            EnvironmentOf(p, d), d.ArtifactName);
        return new DeploySubmission(
            p.Cluster, policy.RequestIdOf(d.Name), DeployIdOf(p.Stage, d.Name, generation, release), RunOptions.KindOf(d), d.Instances,
            new ResourceNeed(d.Cpus, d.MemoryMb, d.DiskMb, d.Ports), ReadinessOf(d.Health), policy.Budget, KillGrace,
            JsonSerializer.Serialize(spec, JsonSerializerOptions.Web), envelopes,
            new DeployTrust(d.Artifact, release, p.Stage, generation), d.Image,
            d.Route, p.Subject with { Deployable = d.Name, Release = release }, actor);
    }

    // The stage is part of it: task ids are made of deploy ids, and generations count up in each stage by itself.
    private static string DeployIdOf(string stage, string deployable, long generation, Digest release) =>
        $"{deployable}.{stage}.{generation}.{release.Hex[..8]}";

    private static Dictionary<string, string> EnvironmentOf(Promotion p, ResolvedDeployable d) => new(d.Env)
    {
        ["PIPELINE_STAGE"] = p.Stage,
        ["PIPELINE_DEPLOYABLE"] = d.Name,
        ["PIPELINE_COMMIT"] = p.Commit.ToString(),
    };

    private static Readiness? ReadinessOf(DeployableHealth? h) => h is null ? null : new Readiness(
        h.Http, TimeSpan.FromSeconds(h.StartupSeconds), TimeSpan.FromSeconds(h.IntervalSeconds),
        TimeSpan.FromSeconds(h.TimeoutSeconds), h.Successes, TimeSpan.FromSeconds(h.HealthyForSeconds));
}
