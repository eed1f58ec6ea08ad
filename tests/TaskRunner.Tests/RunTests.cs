using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.TaskRunner.Contract;
using Pipeline.TestKit;

namespace Pipeline.TaskRunner.Tests;

public sealed class RunTests : IAsyncLifetime
{
    private static readonly string Release = "sha256:" + new string('e', 64);
    private readonly SigningKey root = SigningKey.Create();
    private readonly SigningKey builder = SigningKey.Create();
    private readonly SigningKey promoter = SigningKey.Create();
    private readonly string agent = RunnerProcess.NewFolder();
    private readonly byte[] artifact = Tars.Of(("serve", "#!/bin/sh\necho serving $GREETING on $PORT0 from $(pwd)\nexit ${1:-0}\n"));
    private FakeServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeServer.StartAsync();
        server.Artifacts[Tars.DigestOf(artifact)] = artifact;
        PublishTrust(1);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(agent, recursive: true);
    }

    [Fact]
    public async Task A_promoted_artifact_runs_with_its_environment_and_gives_its_exit_code()
    {
        await using var runner = Run(Spec(generation: 3, run: "./serve 7"));

        Assert.Equal(7, await runner.ExitAsync());

        var said = await runner.SaidAsync();
        Assert.Equal("serving it's on 31000 from /app\n", said);
        Assert.Equal(said, await File.ReadAllTextAsync(Path.Combine(runner.Sandbox, "service.log")));
        var env = Path.Combine(runner.Sandbox, "deploy.env");
        Assert.Contains("\nGREETING='it'\\''s'\n", await File.ReadAllTextAsync(env));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(env));
        Assert.Empty(server.Security);
    }

    [Theory]
    [InlineData(69), InlineData(73), InlineData(75), InlineData(76), InlineData(78)]
    public async Task A_service_cannot_speak_for_its_runner(int exitCode)
    {
        await using var runner = Run(Spec(run: $"exit {exitCode}"));

        Assert.Equal(1, await runner.ExitAsync());
        Assert.Contains($"ended with exit code {exitCode}", await File.ReadAllTextAsync(Path.Combine(runner.Sandbox, "service.log")));
        Assert.Empty(server.Security);
    }

    [Fact, Trait("fact", "141")]
    public async Task The_environment_of_a_definition_does_not_replace_what_the_scheduler_says_of_the_task()
    {
        var own = new Dictionary<string, string>
        {
            ["TASK_ID"] = "another", ["PORT"] = "1", ["PIPELINE_STAGE"] = "infra-qa", ["PIPELINE_OWN"] = "mine", ["LANG"] = "el_GR.UTF-8",
        };
        await using var runner = Run(Spec(run: "true", change: s => s with { Environment = own }));

        Assert.Equal(0, await runner.ExitAsync());
        var written = await File.ReadAllLinesAsync(Path.Combine(runner.Sandbox, "deploy.env"));
        Assert.Contains("TASK_ID='build.1.0.1'", written);
        Assert.Contains("PORT='31000'", written);
        Assert.Contains("PIPELINE_STAGE='production'", written);
        Assert.Contains("PIPELINE_OWN='mine'", written);
        Assert.Contains("LANG='el_GR.UTF-8'", written);
    }

    [Fact]
    public async Task A_single_file_runs_under_its_name()
    {
        var script = "#!/bin/sh\necho alone\n"u8.ToArray();
        server.Artifacts[Tars.DigestOf(script)] = script;
        await using var runner = Run(Spec(of: script, run: "./tool", change: s => s with
        {
            Artifact = s.Artifact with { MediaType = "application/octet-stream", Name = "tool" },
        }));

        Assert.Equal(0, await runner.ExitAsync());
        Assert.Equal("alone\n", await runner.SaidAsync());
    }

    [Fact]
    public async Task Other_bytes_under_the_promised_digest_are_never_executed()
    {
        server.Artifacts[Tars.DigestOf(artifact)] = Tars.Of(("serve", "#!/bin/sh\necho evil\n"));
        await Refused(Spec(), VerificationCode.DigestMismatch);
    }

    [Fact]
    public async Task A_signature_that_was_touched_is_refused()
    {
        var spec = Spec();
        var envelope = spec.Envelopes[0];
        var at = envelope.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 9;
        var touched = envelope[..at] + (envelope[at] == 'A' ? 'B' : 'A') + envelope[(at + 1)..];
        await Refused(spec with { Envelopes = [touched, spec.Envelopes[1]] }, VerificationCode.SignatureInvalid);
    }

    [Fact]
    public async Task A_statement_by_an_unknown_key_is_refused()
    {
        using var untrusted = SigningKey.Create();
        await Refused(Spec(by: untrusted), VerificationCode.UntrustedKey);
    }

    [Fact]
    public async Task A_stage_that_the_agent_does_not_run_is_refused_whatever_the_statement_says() =>
        await Refused(Spec(stage: "infra-qa"), VerificationCode.StageMismatch);

    [Fact]
    public async Task A_statement_for_another_stage_is_refused() =>
        await Refused(Spec(stage: "infra-qa") with { Stage = "production" }, VerificationCode.StageMismatch);

    [Fact]
    public async Task An_expired_statement_is_refused() =>
        await Refused(Spec(expires: DateTimeOffset.UtcNow.AddMinutes(-1)), VerificationCode.StatementExpired);

    [Fact]
    public async Task Missing_provenance_is_refused()
    {
        var spec = Spec();
        await Refused(spec with { Envelopes = [spec.Envelopes[0]] }, VerificationCode.StatementMissing);
    }

    [Fact]
    public async Task A_replayed_generation_is_refused_and_a_rollback_with_a_fresh_statement_runs()
    {
        await using (var first = Run(Spec(generation: 5)))
            Assert.Equal(0, await first.ExitAsync());

        await Refused(Spec(generation: 4), VerificationCode.GenerationReplayed);
        await using var same = Run(Spec(generation: 5));
        Assert.Equal(0, await same.ExitAsync());
        await using var rollback = Run(Spec(generation: 6));
        Assert.Equal(0, await rollback.ExitAsync());
    }

    [Fact]
    public async Task Instances_that_start_together_on_one_agent_all_run()
    {
        server.Spec = Spec(generation: 5);
        var exits = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var instance = await StartAloneAsync();
            return await instance.ExitAsync();
        }));

        Assert.All(exits, e => Assert.Equal(0, e));
    }

    [Fact]
    public async Task A_damaged_memory_of_the_agent_is_not_taken_for_none()
    {
        await using (var first = Run(Spec(generation: 5)))
            Assert.Equal(0, await first.ExitAsync());
        foreach (
            var file in Directory.GetFiles(Path.Combine(agent, "state"), "seen-*").Where(
                f => !f.EndsWith(".lock", StringComparison.Ordinal)))
            await File.WriteAllTextAsync(file, "");

        await using var again = Run(Spec(generation: 4));
        Assert.Equal(75, await again.ExitAsync());
        Assert.Contains("damaged", await again.SaidAsync());
    }

    public static TheoryData<string> BrokenTrust => ["older", "other-root", "garbage", "expired", "empty"];

    [Theory]
    [MemberData(nameof(BrokenTrust))]
    public async Task A_broken_or_old_trust_file_blames_its_agent_and_not_the_release(string how)
    {
        PublishTrust(7);
        await using (var first = Run(Spec()))
            Assert.Equal(0, await first.ExitAsync());
        using var other = SigningKey.Create();
        if (how is "older" or "other-root" or "expired")
            PublishTrust(how == "older" ? 6 : 8, how == "other-root" ? other : null, how == "expired" ? -1 : 1);
        else
            await File.WriteAllTextAsync(Path.Combine(agent, "trust.json"), how == "empty" ? "" : "{}");

        await BlamesAgent(Spec(), "trust file");
    }

    [Fact]
    public async Task A_key_that_only_the_servers_newer_policy_names_blames_the_agent()
    {
        using var fresh = SigningKey.Create();
        server.TrustVersion = 2;
        await BlamesAgent(Spec(by: fresh), "has version 1, the server's 2");

        // The same key is nobody's when the agent knows all that the server knows.
        server.TrustVersion = 1;
        await Refused(Spec(by: fresh), VerificationCode.UntrustedKey);
    }

    public static TheoryData<string, string> ChangedAnswers => new()
    {
        { "command", "\"command\":\"./serve\"|\"command\":\"echo evil\"" },
        { "environment", "it\\u0027s|evil" },
        { "added variable", "\"GREETING\":|\"EVIL\":\"serving\",\"GREETING\":" },
        { "image", "\"killGraceSeconds\"|\"image\":\"evil\",\"killGraceSeconds\"" },
        { "user", "\"version\"|\"user\":\"root\",\"version\"" },
        { "resources", "\"cpus\":1|\"cpus\":64" },
        { "file name", "\"mediaType\"|\"name\":\"../evil\",\"mediaType\"" },
        { "unknown member", "\"cpus\":1|\"cpus\":1,\"extra\":1" },
        { "white space", "\"cpus\":1|\"cpus\": 1" },
        { "nothing left", "*|" },
    };

    [Theory]
    [MemberData(nameof(ChangedAnswers))]
    public async Task An_answer_that_was_changed_on_its_way_is_never_executed(string what, string change)
    {
        var spec = Spec();
        var (from, to) = (change.Split('|')[0], change.Split('|')[1]);
        var text = from == "*" ? to : spec.Specification.Replace(from, to, StringComparison.Ordinal);
        Assert.True(text != spec.Specification, what);
        await Refused(spec with { Specification = text }, VerificationCode.SpecificationMismatch);
    }

    [Fact]
    public async Task The_specification_of_another_statement_is_refused() =>
        await Refused(
            Spec() with { Specification = Spec(run: "echo other").Specification }, VerificationCode.SpecificationMismatch);

    [Fact]
    public async Task A_statement_that_names_nothing_to_run_allows_nothing()
    {
        var spec = Spec();
        var promotion = new PromotionPredicate("production", Release, "api-web", 1, DateTimeOffset.UtcNow.AddHours(1));
        var old = Statements.SignPromotion([StatementSubject.Of("api", Tars.DigestOf(artifact))], promotion, promoter);
        await Refused(spec with { Envelopes = [old, spec.Envelopes[1]] }, VerificationCode.StatementOutdated);
    }

    [Fact]
    public async Task Arguments_and_variables_of_a_run_are_those_that_were_signed_for_it()
    {
        server.Overrides = new RunOverrides("r1", Own("r1").Sign(promoter));
        await using (var signed = Run(Spec(run: "echo \"$GREETING\"")))
        {
            Assert.Equal(0, await signed.ExitAsync());
            Assert.Equal("hello a b c\n", await signed.SaidAsync());
        }

        server.Overrides = new RunOverrides("r2", Own("r1").Sign(promoter));
        await Refused(Spec(), VerificationCode.SpecificationMismatch);
        server.Overrides = new RunOverrides("r1", Own("r1").Sign(builder));
        await Refused(Spec(), VerificationCode.SpecificationMismatch);
        server.Overrides = new RunOverrides("r1", (Own("r1") with { Request = "another" }).Sign(promoter));
        await Refused(Spec(), VerificationCode.SpecificationMismatch);
    }

    private static RunOverride Own(string run) => new(
        ["a", "b c"], "test", null, null, new Dictionary<string, string> { ["GREETING"] = "hello" }, null, "person:niki", null, "api-web",
        run);

    [Fact]
    public async Task An_agent_without_a_trust_root_runs_nothing_and_blames_nobody()
    {
        server.Spec = Spec();
        await using var runner = RunnerProcess.Start(
            server.Url, new Dictionary<string, string> { ["PIPELINE_STAGES"] = "production", ["PIPELINE_STATE"] = agent });

        Assert.Equal(75, await runner.ExitAsync());
        Assert.Empty(server.Security);
    }

    [Fact]
    public async Task An_artifact_that_unpacks_outside_is_refused()
    {
        var evil = Tars.Of(Tars.Link("out", "../../.."), Tars.File("serve", "x"));
        server.Artifacts[Tars.DigestOf(evil)] = evil;
        await Refused(Spec(of: evil), VerificationCode.DigestMismatch);
    }

    [Theory]
    [InlineData("TERM", "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done", 9)]
    [InlineData("INT", "trap 'exit 8' INT; echo ready; while :; do sleep 0.05; done", 8)]
    [InlineData("TERM", "echo ready; exec sleep 300", 143)]
    public async Task Signals_reach_the_service(string signal, string run, int exitCode)
    {
        await using var runner = Run(Spec(run: run));
        var log = Path.Combine(runner.Sandbox, "service.log");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(File.Exists(log) && File.ReadAllText(log).Contains("ready")), TimeSpan.FromSeconds(20),
            "the service runs");

        runner.Signal(signal);

        Assert.Equal(exitCode, await runner.ExitAsync());
    }

    [Fact]
    public async Task A_runner_started_in_the_background_of_a_shell_passes_the_signals_on_that_it_inherited_as_ignored()
    {
        await using var runner = Run(
            Spec(run: "trap 'exit 8' INT; echo ready; while :; do sleep 0.05; done"), inBackground: true);
        var log = Path.Combine(runner.Sandbox, "service.log");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(File.Exists(log) && File.ReadAllText(log).Contains("ready")), TimeSpan.FromSeconds(20),
            "the service runs");

        runner.Signal("INT");

        Assert.Equal(8, await runner.ExitAsync());
    }

    [Fact]
    public async Task The_service_log_is_rotated()
    {
        await using var runner = Run(Spec(run: "head -c 25000000 /dev/zero | tr '\\0' x"));

        Assert.Equal(0, await runner.ExitAsync());

        var files = Directory.GetFiles(runner.Sandbox, "service.log*");
        Assert.Equal(3, files.Length);
        Assert.Equal(25_000_000, files.Sum(f => new FileInfo(f).Length));
        Assert.All(files, f => Assert.True(new FileInfo(f).Length <= 10 * 1024 * 1024));
    }

    private async Task BlamesAgent(RunSpec spec, string words)
    {
        var before = server.Security.Count;
        await using var runner = Run(spec);
        Assert.Equal(75, await runner.ExitAsync());
        Assert.Equal(before, server.Security.Count);
        var said = await runner.SaidAsync();
        Assert.StartsWith("INFRA: The agent's trust file", said);
        Assert.Contains(words, said);
        Assert.DoesNotContain("serving", said);
    }

    private async Task Refused(RunSpec spec, string code)
    {
        var before = server.Security.Count;
        await using var runner = Run(spec);
        Assert.Equal(76, await runner.ExitAsync());
        Assert.Equal(code, server.Security.Skip(before).Single().Code);
        var said = await runner.SaidAsync();
        Assert.StartsWith($"VERIFY {code}", said);
        Assert.DoesNotContain("serving", said);
        Assert.False(File.Exists(Path.Combine(runner.Sandbox, "service.log")));
    }

    private RunnerProcess Run(RunSpec spec, bool inBackground = false)
    {
        server.Spec = spec;
        return RunnerProcess.Start(server.Url, AgentVariables(), inBackground);
    }

    // Each instance has its own ticket, so its own server here.
    private async Task<RunnerProcess> StartAloneAsync()
    {
        var own = await FakeServer.StartAsync();
        (own.Spec, own.Artifacts[Tars.DigestOf(artifact)]) = (server.Spec, artifact);
        return RunnerProcess.Start(own.Url, AgentVariables());
    }

    private Dictionary<string, string> AgentVariables() => new()
    {
        ["PIPELINE_TRUST"] = Path.Combine(agent, "trust.json"),
        ["PIPELINE_STATE"] = Path.Combine(agent, "state"),
        ["PIPELINE_STAGES"] = "product-qa,production",
        ["PIPELINE_CLUSTER"] = "test",
    };

    private RunSpec Spec(
        long generation = 1, string stage = "production", DateTimeOffset? expires = null, SigningKey? by = null, byte[]? of = null,
        string run = "./serve", Func<RunSpecification, RunSpecification>? change = null)
    {
        var digest = Tars.DigestOf(of ?? artifact);
        var subjects = new[] { StatementSubject.Of("api", digest) };
        var specification = new RunSpecification(
            new RunArtifact((of ?? artifact).Length, digest, "application/x-tar+gzip", null), run, 1, 1,
            new Dictionary<string, string> { ["GREETING"] = "it's" }, null, null, 10, null, 1, 1, "api-web", null, [], null);
        var text = (change?.Invoke(specification) ?? specification).ToCanonicalJson();
        var promotion = new PromotionPredicate(
            stage, Release, "api-web", generation, expires ?? DateTimeOffset.UtcNow.AddHours(1), RunSpecification.DigestOf(text));
        var provenance = new ProvenancePredicate(
            new BuildDefinition(ProvenancePredicate.BuildType, new Dictionary<string, string>(), new Dictionary<string, string>(), []),
            new RunDetails(new BuilderIdentity("urn:test"), new RunMetadata("1", null, null)));
        return new RunSpec(
            Release, stage, "api-web", generation,
            [Statements.SignPromotion(subjects, promotion, by ?? promoter), Statements.SignProvenance(subjects, provenance, builder)],
            text);
    }

    private void PublishTrust(long version, SigningKey? signer = null, int days = 1) =>
        AgentFolder.PublishTrust(agent, version, days, root, signer ?? root, builder, promoter);
}
