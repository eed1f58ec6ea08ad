using System.Globalization;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Run;

/// <summary>A failed verification, with a code of <see cref="VerificationCode"/>: nothing is executed.</summary>
internal sealed class VerificationException(VerificationOutcome outcome) : Exception(outcome.Detail)
{
    public VerificationOutcome Outcome { get; } = outcome;

    public VerificationException(string code, string detail, string? expected = null, string? found = null)
        : this(new VerificationOutcome(code, detail, expected, found))
    {
    }
}

/// <summary>What was verified, and all that is executed.</summary>
/// <param name="Specification">Read from the very text that the promotion statement signs for.</param>
/// <param name="Own">What this one run has of its own, as it was signed; null for most tasks.</param>
internal sealed record VerifiedRun(RunSpecification Specification, RunOverride? Own)
{
    /// <summary>The variables, those of the run over those of the specification.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment => Specification.Environment.Concat(Own?.Environment ?? NoVariables);

    /// <summary>Appended to the command, each as one word.</summary>
    public IReadOnlyList<string> Arguments => Own?.Arguments ?? [];

    private static readonly Dictionary<string, string> NoVariables = [];
}

/// <summary>The agent's own decision, by its trust root, its stages and what it has run before; it does not rely on the server.</summary>
internal sealed class AgentTrust(RunnerEnvironment runner, TimeProvider time)
{
    /// <param name="redeemed">The server's answer; nothing of it is used but what verifies.</param>
    /// <exception cref="VerificationException">Something does not match.</exception>
    /// <exception cref="InfraException">The agent lacks what it needs to decide, or has it in an old or broken form.</exception>
    public async Task<VerifiedRun> VerifyAsync(RunSpec spec, RedeemedTicket redeemed, CancellationToken ct)
    {
        var stages = runner.Stages
            ?? throw new InfraException("The agent may run nothing: it names no stages. Set PIPELINE_STAGES in its configuration.");
        if (!stages.Contains(spec.Stage))
            throw new VerificationException(
                VerificationCode.StageMismatch, "This agent may not run the stage.", string.Join(",", stages), spec.Stage);
        var seen = SeenVersions.In(
            runner.StatePath
                ?? throw new InfraException("The agent has no folder for its state. Set PIPELINE_STATE in its configuration."),
            time);
        var trust = await ReadTrustAsync(seen, ct);
        var verified = Verify(spec, redeemed, trust);
        var highest = await seen.RaiseAsync($"{spec.Stage}/{spec.Deployable}", spec.Generation, ct);
        if (highest > spec.Generation)
        {
            throw new VerificationException(
                VerificationCode.GenerationReplayed, "This agent has run a later generation.",
                "at least " + highest.ToString(CultureInfo.InvariantCulture), spec.Generation.ToString(CultureInfo.InvariantCulture));
        }

        return verified;
    }

    private VerifiedRun Verify(RunSpec spec, RedeemedTicket redeemed, TrustPolicy trust)
    {
        if (RunSpecification.TryParse(spec.Specification) is not { } specification)
            throw new VerificationException(VerificationCode.SpecificationMismatch, "The run specification cannot be read.");
        Require(
            PromotionCheck.Verify(
                trust,
                spec.Envelopes ?? [],
                new ExpectedPromotion(
                    specification.Artifact.Digest, spec.ReleaseDigest, spec.Stage, spec.Generation, spec.Deployable,
                    RunSpecification.DigestOf(spec.Specification)),
                time.GetUtcNow()),
            trust, redeemed);
        if (redeemed.Overrides is not { Envelope: { } envelope } run)
            return new VerifiedRun(specification, null);
        var cluster = runner.Inherited.GetValueOrDefault("PIPELINE_CLUSTER", "");
        var (own, outcome) = RunOverride.Verify(trust, envelope, cluster, specification.Request, run.RunId, time.GetUtcNow());
        Require(outcome, trust, redeemed);
        return new VerifiedRun(specification, own);
    }

    // A key that the agent does not know, while the server signs by a newer policy, says something about the agent and not about the
    // release.
    private static void Require(VerificationOutcome outcome, TrustPolicy trust, RedeemedTicket redeemed)
    {
        if (outcome.Ok)
            return;
        if (outcome.Code == VerificationCode.UntrustedKey && trust.Version < redeemed.TrustVersion)
        {
            throw new InfraException(
                $"The agent's trust file has version {trust.Version}, the server's {redeemed.TrustVersion}: {outcome.Detail}"
                + " Copy the server's trust.json to this agent.");
        }

        throw new VerificationException(outcome);
    }

    private async Task<TrustPolicy> ReadTrustAsync(SeenVersions seen, CancellationToken ct)
    {
        var path = runner.TrustPath ?? throw new InfraException("The agent has no trust root. Set PIPELINE_TRUST in its configuration.");
        string signed, root;
        try
        {
            signed = await File.ReadAllTextAsync(path, ct);
            root = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(path) ?? "", "root.pub"), ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InfraException($"The agent's trust root cannot be read: {e.Message}", e);
        }

        // Whatever is wrong with it, it is this agent's file: the release is none the worse, and another agent may run it.
        var (policy, refusal) = TrustPolicy.Read(signed, root, time.GetUtcNow(), await seen.HighestAsync("trust", ct));
        if (policy is null)
            throw new InfraException($"The agent's trust file {path} is refused. {refusal} Copy the server's trust.json to this agent.");
        await seen.RaiseAsync("trust", policy.Version, ct);
        return policy;
    }
}
