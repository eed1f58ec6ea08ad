using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Attestation.Runs;
using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Signing;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>Prepares a deploy for the scheduler, with a fresh signed statement that the release may run in the stage.</summary>
internal sealed class DeploySubmissions(
    AttestationCommands signer, AttestationQueries attestations, LaunchDefaults defaults, TimeProvider time)
{
    // A replaced instance is verified again, perhaps months later; the generation, not the date, is what fences old releases.
    private static readonly TimeSpan StatementLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(10);

    /// <summary>The user that tasks are started as from now on.</summary>
    public string? User => defaults.User;

    /// <param name="p">Carries the generation of the deploy.</param>
    /// <param name="release">What will run, which a rollback takes from another commit than the promotion's.</param>
    /// <param name="rollback">A rollback replaces every instance at once: what runs now does harm.</param>
    public async Task<DeploySubmission> PrepareAsync(
        Promotion p, StagePolicy policy, Release release, ResolvedDeployable d, bool rollback, Actor actor, CancellationToken ct)
    {
        var generation = p.Generation!.Value;
        var unsigned = new DeploySubmission(
            p.Cluster, policy.RequestIdOf(d.Name), DeployIdOf(p.Stage, d.Name, generation, release.Digest), RunOptions.KindOf(d),
            d.Instances,
            new ResourceNeed(d.Cpus, d.MemoryMb, d.DiskMb, d.Ports), RunOptions.ReadinessOf(d.Health), policy.Budget, KillGrace,
            "", [], new DeployTrust(d.Artifact, release.Digest, p.Stage, generation), d.Image,
            d.Route,
            p.Subject with { Deployable = d.Name, Release = release.Digest, Commit = release.CommitSha, Build = release.BuildId }, actor)
        {
            Options = RunOptions.Of(d, rollback ? new Scheduler.Contract.Deploys.Rollout() : policy.Rollout), User = defaults.User,
        };
        return await SignAsync(unsigned, d, EnvironmentOf(p, release, d), ct);
    }

    private async Task<DeploySubmission> SignAsync(
        DeploySubmission unsigned, ResolvedDeployable d, Dictionary<string, string> environment, CancellationToken ct)
    {
        var artifact = new RunArtifact(d.Bytes, d.Artifact.ToString(), d.MediaType, d.ArtifactName);
        var specification = RunSpecifications.Of(unsigned, artifact, d.Run, environment).ToCanonicalJson();
        var trust = unsigned.Trust!;
        var envelopes = await EnvelopesAsync(trust, d, RunSpecification.DigestOf(specification), ct);
        RunnerSpec spec = new RunSpec(trust.Release.ToString(), trust.Stage, d.Name, trust.Generation, envelopes, specification);
        return unsigned with { RunnerSpec = JsonSerializer.Serialize(spec, JsonSerializerOptions.Web), Envelopes = envelopes };
    }

    private async Task<string[]> EnvelopesAsync(DeployTrust trust, ResolvedDeployable d, string specification, CancellationToken ct)
    {
        var statement = await signer.SignPromotionAsync(
            StageActor.Caller,
            new NewPromotionStatement(
                trust.Stage, trust.Release, [new ReleaseArtifact(d.ArtifactName, "", d.Artifact, d.Bytes, d.MediaType)], d.Name,
                trust.Generation, time.GetUtcNow() + StatementLife, specification),
            ct);
        var provenance = await attestations.ProvenanceOfAsync(d.Artifact, ct);
        return provenance is null ? [statement] : [statement, provenance];
    }

    // The stage is part of it: task ids contain deploy ids, and each stage counts its generations by itself.
    private static string DeployIdOf(string stage, string deployable, long generation, Digest release) =>
        $"{deployable}.{stage}.{generation}.{release.Hex[..8]}";

    private static Dictionary<string, string> EnvironmentOf(Promotion p, Release release, ResolvedDeployable d) => new(d.Env)
    {
        ["PIPELINE_STAGE"] = p.Stage,
        ["PIPELINE_DEPLOYABLE"] = d.Name,
        ["PIPELINE_COMMIT"] = release.CommitSha.ToString(),
    };
}
