using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>Prepares a deploy for the scheduler, with a fresh signed statement that the release may run in the stage.</summary>
internal sealed class DeploySubmissions(AttestationCommands signer, AttestationQueries attestations, TimeProvider time)
{
    // A replaced instance is verified again, perhaps months later; the generation, not the date, is what fences old releases.
    private static readonly TimeSpan StatementLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(10);

    /// <param name="p">Carries the generation of the deploy.</param>
    /// <param name="rollback">A rollback replaces every instance at once: what runs now does harm.</param>
    public async Task<DeploySubmission> PrepareAsync(
        Promotion p, StagePolicy policy, Digest release, ResolvedDeployable d, bool rollback, Actor actor, CancellationToken ct)
    {
        var generation = p.Generation!.Value;
        var envelopes = await EnvelopesAsync(p.Stage, release, d, generation, ct);
        RunnerSpec spec = new RunSpec(
            d.Artifact.ToString(), d.Bytes, d.MediaType, release.ToString(), p.Stage, d.Name, generation, envelopes, d.Run,
            EnvironmentOf(p, d), d.ArtifactName);
        return new DeploySubmission(
            p.Cluster, policy.RequestIdOf(d.Name), DeployIdOf(p.Stage, d.Name, generation, release), RunOptions.KindOf(d), d.Instances,
            new ResourceNeed(d.Cpus, d.MemoryMb, d.DiskMb, d.Ports), RunOptions.ReadinessOf(d.Health), policy.Budget, KillGrace,
            JsonSerializer.Serialize(spec, JsonSerializerOptions.Web), envelopes,
            new DeployTrust(d.Artifact, release, p.Stage, generation), d.Image,
            d.Route, p.Subject with { Deployable = d.Name, Release = release }, actor)
        {
            Options = RunOptions.Of(d, rollback ? new Scheduler.Contract.Deploys.Rollout() : policy.Rollout),
        };
    }

    private async Task<string[]> EnvelopesAsync(
        string stage, Digest release, ResolvedDeployable d, long generation, CancellationToken ct)
    {
        var statement = await signer.SignPromotionAsync(
            StageActor.Caller,
            new NewPromotionStatement(
                stage, release, [new ReleaseArtifact(d.ArtifactName, "", d.Artifact, d.Bytes, d.MediaType)], d.Name, generation,
                time.GetUtcNow() + StatementLife),
            ct);
        var provenance = await attestations.ProvenanceOfAsync(d.Artifact, ct);
        return provenance is null ? [statement] : [statement, provenance];
    }

    // The stage is part of it: task ids contain deploy ids, and each stage counts its generations by itself.
    private static string DeployIdOf(string stage, string deployable, long generation, Digest release) =>
        $"{deployable}.{stage}.{generation}.{release.Hex[..8]}";

    private static Dictionary<string, string> EnvironmentOf(Promotion p, ResolvedDeployable d) => new(d.Env)
    {
        ["PIPELINE_STAGE"] = p.Stage,
        ["PIPELINE_DEPLOYABLE"] = d.Name,
        ["PIPELINE_COMMIT"] = p.Commit.ToString(),
    };
}
