using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Launching;

/// <summary>The check before every launch. What a signature must be is tested with <c>PromotionCheck</c> itself.</summary>
public sealed class TrustVerificationTests : IDisposable
{
    private readonly SignedDeploys signed = new();

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DeployTrust Trust = new(
        Kernel.Digest.FromHash(new byte[32]), Kernel.Digest.FromHash([1, .. new byte[31]]), "production", 3);

    [Fact]
    public void What_needs_no_trust_is_launched_even_without_a_policy() =>
        Assert.Null(TrustVerification.By(null)(Deployed(Machine.Web("v1")), Now));

    [Fact]
    public void Without_a_policy_nothing_that_must_be_trusted_is_launched()
    {
        var violation = TrustVerification.By(null)(Deployed(Machine.Web("v1", trust: Trust)), Now);
        Assert.Equal(VerificationCode.UntrustedKey, violation!.Code);
    }

    [Theory]
    [InlineData(1, "expired")]
    [InlineData(-1, "no")]
    public void A_deploy_whose_envelopes_do_not_prove_it_is_refused_with_the_reason(int daysAgo, string reason)
    {
        var policy = new TrustPolicy(1, Now.AddDays(-daysAgo), [], []);
        var violation = TrustVerification.By(() => policy)(Deployed(Machine.Web("v1", trust: Trust)), Now);
        Assert.Contains(reason, violation!.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_was_signed_for_is_launched()
    {
        Assert.Null(Check(signed.Web("v1")));
        Assert.Null(Check(signed.Job("v1")));
        var kinds = signed.Sign(Machine.Job("v1", new DeployOptions { RunLimit = TimeSpan.FromMinutes(5), Limits = new Limits(2) }) with
        {
            Trust = SignedDeploys.Trust, Image = "debian", User = "app", Readiness = Machine.Ready,
            Subject = new JournalSubject { Deployable = "api-web" },
        });
        Assert.Null(Check(kinds));
    }

    public static TheoryData<string, string> Edits => new()
    {
        { "image", "image" }, { "user", "user" }, { "cpus", "cpus" }, { "memory", "memory" }, { "disk", "disk" }, { "ports", "ports" },
        { "readiness", "health" }, { "no readiness", "health" }, { "liveness", "health" }, { "probing", "health" },
        { "limits", "limits" }, { "kill grace", "kill grace" }, { "request", "request" }, { "run limit", "run limit" },
        { "command", "specification" }, { "environment", "specification" }, { "not a specification", "specification" },
        { "no json", "specification" }, { "another artifact", "artifact" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void What_was_edited_since_is_not_launched_and_the_words_say_what(string edit, string named)
    {
        var deploy = Edited(edit, Deployed(signed.Web("v1")));
        var violation = TrustVerification.By(() => signed.Policy)(deploy, Now);

        Assert.NotNull(violation);
        Assert.Equal(
            edit == "another artifact" ? VerificationCode.DigestMismatch : VerificationCode.SpecificationMismatch, violation.Code);
        Assert.Contains(named, violation.Detail, StringComparison.Ordinal);
        Assert.False(violation.Outdated);
    }

    [Fact]
    public void A_deployable_without_any_promotion_is_not_launched()
    {
        var violation = Check(signed.Web("v1") with { Trust = null });
        Assert.Equal(VerificationCode.StatementMissing, violation!.Code);
    }

    [Fact]
    public void A_statement_of_an_earlier_version_waits_for_a_fresh_one_whatever_the_row_says()
    {
        var old = signed.Web("v1", outdated: true);
        Assert.True(Check(old)!.Outdated);
        Assert.True(Check(old with { RunnerSpec = signed.Web("v1").RunnerSpec, Image = "evil" })!.Outdated);
        // An old statement for something else is no reason to wait.
        Assert.False(Check(old with { Trust = SignedDeploys.Trust with { Generation = 9 } })!.Outdated);
    }

    [Fact]
    public void What_a_run_has_of_its_own_was_signed_for_it()
    {
        var own = new RunOverride(
            ["a"], "test", 4, null, new Dictionary<string, string> { ["X"] = "1" }, null, "person:niki", null, "report", "r1");
        var run = Run(own.Sign(signed.Promoter));
        Assert.Null(Verify(run));
        Assert.Null(Verify(Run(null, [], [], null)));
        foreach (var forged in new[]
        {
            Run(null), Run(own.Sign(signed.Promoter), ["b"]), Run(own.Sign(signed.Promoter), env: new() { ["X"] = "2" }),
            Run(own.Sign(signed.Promoter), cpus: 5), Run(null, [], [], 8), Run((own with { RunId = "r2" }).Sign(signed.Promoter)),
            Run((own with { Request = "web" }).Sign(signed.Promoter)), Run((own with { Cluster = "qa" }).Sign(signed.Promoter)),
        })
        {
            Assert.Equal(VerificationCode.SpecificationMismatch, Verify(forged)?.Code);
        }
    }

    public void Dispose() => signed.Dispose();

    private Deploy Run(string? envelope, string[]? arguments = null, Dictionary<string, string>? env = null, decimal? cpus = 4)
    {
        var parent = Deployed(signed.Job("v1"));
        var details = new Pipeline.Scheduler.Contract.Deploys.RunDetails("r1", true, null)
        {
            Arguments = arguments ?? ["a"], Environment = env ?? new() { ["X"] = "1" }, Envelope = envelope,
        };
        var needs = cpus is { } c ? parent.Spec.Needs with { Cpus = c } : null;
        return parent with { Spec = parent.Spec.AsRun(details, needs, parent.Spec.Actor) };
    }

    private TrustViolation? Verify(Deploy deploy) => TrustVerification.By(() => signed.Policy)(deploy, Now);

    private TrustViolation? Check(DeploySubmission submitted) => Verify(Deployed(submitted));

    private static Deploy Edited(string edit, Deploy deploy)
    {
        var spec = deploy.Spec;
        return edit == "request" ? deploy with { RequestId = "another" } : deploy with
        {
            Spec = edit switch
            {
                "image" => spec with { Image = "evil" },
                "user" => spec with { User = "root" },
                "cpus" => spec with { Needs = spec.Needs with { Cpus = 64 } },
                "memory" => spec with { Needs = spec.Needs with { MemoryMb = 64 } },
                "disk" => spec with { Needs = spec.Needs with { DiskMb = 64 } },
                "ports" => spec with { Needs = spec.Needs with { Ports = 64 } },
                "readiness" => spec with { Readiness = spec.Readiness! with { HttpPath = "/" } },
                "no readiness" => spec with { Readiness = null },
                "liveness" => spec with { Options = spec.Options with { Liveness = new Liveness(false) } },
                "probing" => spec with { Options = spec.Options with { Probing = new Probing(PortNumber: 22) } },
                "limits" => spec with { Options = spec.Options with { Limits = new Limits(64) } },
                "kill grace" => spec with { KillGrace = TimeSpan.FromHours(1) },
                "run limit" => spec with { MaxRunTime = TimeSpan.FromHours(1) },
                "command" => spec with { RunnerSpec = spec.RunnerSpec.Replace("./serve", "./evil", StringComparison.Ordinal) },
                "environment" => spec with { RunnerSpec = spec.RunnerSpec.Replace("hello", "evil", StringComparison.Ordinal) },
                "not a specification" => spec with { RunnerSpec = """{"kind":"run","specification":"{}"}""" },
                "no json" => spec with { RunnerSpec = "{" },
                _ => spec with { Trust = spec.Trust! with { Artifact = Kernel.Digest.FromHash([9, .. new byte[31]]) } },
            },
        };
    }

    private static Deploy Deployed(DeploySubmission submitted)
    {
        var machine = new Machine();
        machine.Do(new SubmitDeployCommand(submitted));
        return machine.Deploys["v1"];
    }
}
