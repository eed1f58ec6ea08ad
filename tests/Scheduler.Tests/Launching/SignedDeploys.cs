using System.Text.Json;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Signing;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.Scheduler.Tests.Launching;

/// <summary>Deploys as another slice submits them: with everything signed. The keys are its own.</summary>
internal sealed class SignedDeploys : IDisposable
{
    public static readonly DeployTrust Trust = new(
        Digest.FromHash(new byte[32]), Digest.FromHash([1, .. new byte[31]]), "production", 3);

    private readonly SigningKey builder = SigningKey.Create();

    public SigningKey Promoter { get; } = SigningKey.Create();

    public TrustPolicy Policy => new(
        1, DateTimeOffset.MaxValue, [Trusted(builder, KeyRole.Builder), Trusted(Promoter, KeyRole.Promoter, KeyRole.Approver)], []);

    /// <summary>A service with a readiness check, and all of it signed for.</summary>
    /// <param name="outdated">With a statement as it was before statements named what may run.</param>
    public DeploySubmission Web(string id, bool outdated = false) =>
        Sign(Machine.Web(id, 1, Machine.Ready, Trust) with { Subject = new JournalSubject { Deployable = "api-web" } }, outdated);

    /// <summary>Something that operators run.</summary>
    public DeploySubmission Job(string id) =>
        Sign(Machine.Job(id) with { Trust = Trust, Subject = new JournalSubject { Deployable = "api-web" } });

    public DeploySubmission Sign(DeploySubmission d, bool outdated = false)
    {
        var text = RunSpecifications.Of(
            d, new RunArtifact(7, Trust.Artifact.ToString(), "application/gzip", null), "./serve",
            new Dictionary<string, string> { ["GREETING"] = "hello" }).ToCanonicalJson();
        var subjects = new[] { StatementSubject.Of("api", Trust.Artifact.ToString()) };
        var provenance = new ProvenancePredicate(
            new BuildDefinition(ProvenancePredicate.BuildType, new Dictionary<string, string>(), new Dictionary<string, string>(), []),
            new Attestation.RunDetails(new BuilderIdentity("urn:test"), new RunMetadata("1", null, null)));
        string[] envelopes =
        [
            Statements.SignPromotion(
                subjects,
                new PromotionPredicate(
                    Trust.Stage, Trust.Release.ToString(), "api-web", Trust.Generation, DateTimeOffset.MaxValue.AddDays(-2),
                    outdated ? null : RunSpecification.DigestOf(text)),
                Promoter),
            Statements.SignProvenance(subjects, provenance, builder),
        ];
        RunnerSpec spec = new RunSpec(Trust.Release.ToString(), Trust.Stage, "api-web", Trust.Generation, envelopes, text);
        return d with
        {
            RunnerSpec = outdated ? """{"kind":"run","run":"./serve"}""" : JsonSerializer.Serialize(spec, JsonSerializerOptions.Web),
            Envelopes = envelopes,
        };
    }

    public void Dispose()
    {
        builder.Dispose();
        Promoter.Dispose();
    }

    private static TrustedKey Trusted(SigningKey key, params KeyRole[] roles) => new(
        key.Id, Convert.ToBase64String(key.PublicKey), SignatureFormat.P1363, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, roles);
}
