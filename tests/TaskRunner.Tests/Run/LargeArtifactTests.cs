using System.IO.Compression;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Tests.Run;

/// <summary>Nothing unpacks to more than the disk that its task asks for: neither an artifact nor the sources of a build.</summary>
public sealed class LargeArtifactTests : IAsyncLifetime
{
    private const int Disk = 3; // MiB
    private const string TooLarge = "It unpacks to more than the 3 MB of the task's disk: raise resources.disk.";
    private readonly SigningKey root = SigningKey.Create();
    private readonly SigningKey builder = SigningKey.Create();
    private readonly SigningKey promoter = SigningKey.Create();
    private readonly string agent = RunnerProcess.NewFolder();
    private FakeServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeServer.StartAsync();
        AgentFolder.PublishTrust(agent, 1, 1, root, root, builder, promoter);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        RunnerProcess.DeleteFolder(agent);
    }

    [Theory]
    [InlineData(2_000_000, 0, "serving")]
    [InlineData(4_000_000, 73, "CONFIG: The artifact is too large. " + TooLarge)]
    public async Task A_service_runs_only_when_its_artifact_fits(int bytes, int exitCode, string said)
    {
        var artifact = Packed(Tars.Of(("serve", "#!/bin/sh\necho serving\n"), ("zeros", new string('0', bytes))));
        server.Artifacts[Tars.DigestOf(artifact)] = artifact;
        server.Spec = SpecOf(artifact);
        await using var runner = RunnerProcess.Start(server.Url, new Dictionary<string, string>
        {
            ["PIPELINE_TRUST"] = Path.Combine(agent, "trust.json"), ["PIPELINE_STATE"] = Path.Combine(agent, "state"),
            ["PIPELINE_STAGES"] = "production", ["PIPELINE_CLUSTER"] = "test",
        });

        Assert.Equal(exitCode, await runner.ExitAsync());

        Assert.StartsWith(said, await runner.SaidAsync(), StringComparison.Ordinal);
        Assert.Empty(server.Security);
    }

    [Theory]
    [InlineData(2_000_000, "succeeded", null)]
    [InlineData(4_000_000, "failed", "The source is too large. " + TooLarge)]
    public async Task A_build_starts_only_when_its_sources_fit(int bytes, string outcome, string? reason)
    {
        server.Source = Tars.Of(("zeros", new string('0', bytes)));
        server.Spec = new BuildSpec("", Tars.DigestOf(server.Source), [new StepSpec("s", "true", 60, new Dictionary<string, string>())], [],
            new Dictionary<string, string>(), [])
        { Limits = new BuildLimits(1 << 20, 1 << 20) { Disk = Disk } };
        await using var runner = RunnerProcess.Start(server.Url);

        Assert.Equal(reason is null ? 0 : 1, await runner.ExitAsync());

        var result = server.Result!;
        Assert.Equal((outcome, reason, reason is null ? null : "config"), (result.Outcome, result.Reason, result.Class));
    }

    private static byte[] Packed(byte[] tar)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);
        return packed.ToArray();
    }

    private RunSpec SpecOf(byte[] artifact)
    {
        var digest = Tars.DigestOf(artifact);
        var release = "sha256:" + new string('e', 64);
        var subjects = new[] { StatementSubject.Of("api", digest) };
        var text = new RunSpecification(
            new RunArtifact(artifact.Length, digest, "application/x-tar+gzip", null), "./serve", 1, Disk,
            new Dictionary<string, string>(), null, null, 10, null, 1, 1, "api-web", null, [], null).ToCanonicalJson();
        var promotion = new PromotionPredicate(
            "production", release, "api-web", 1, DateTimeOffset.UtcNow.AddHours(1), RunSpecification.DigestOf(text));
        var provenance = new ProvenancePredicate(
            new BuildDefinition(ProvenancePredicate.BuildType, new Dictionary<string, string>(), new Dictionary<string, string>(), []),
            new RunDetails(new BuilderIdentity("urn:test"), new RunMetadata("1", null, null)));
        return new RunSpec(
            release, "production", "api-web", 1,
            [Statements.SignPromotion(subjects, promotion, promoter), Statements.SignProvenance(subjects, provenance, builder)], text);
    }
}
