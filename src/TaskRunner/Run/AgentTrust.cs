using System.Globalization;
using Pipeline.Attestation;
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

/// <summary>The agent's own decision, by its trust root, its stages and what it has run before; it does not rely on the server.</summary>
internal sealed class AgentTrust(RunnerEnvironment runner, TimeProvider time)
{
    /// <exception cref="VerificationException">Something does not match.</exception>
    /// <exception cref="InfraException">The agent lacks what it needs to decide.</exception>
    public async Task VerifyAsync(RunSpec spec, CancellationToken ct)
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
        var outcome = PromotionCheck.Verify(
            trust,
            spec.Envelopes,
            new ExpectedPromotion(spec.ArtifactDigest, spec.ReleaseDigest, spec.Stage, spec.Generation, spec.Deployable),
            time.GetUtcNow());
        if (!outcome.Ok)
            throw new VerificationException(outcome);
        var highest = await seen.RaiseAsync($"{spec.Stage}/{spec.Deployable}", spec.Generation, ct);
        if (highest > spec.Generation)
        {
            throw new VerificationException(
                VerificationCode.GenerationReplayed, "This agent has run a later generation.",
                "at least " + highest.ToString(CultureInfo.InvariantCulture), spec.Generation.ToString(CultureInfo.InvariantCulture));
        }
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

        var (policy, refusal) = TrustPolicy.Read(signed, root, time.GetUtcNow(), await seen.HighestAsync("trust", ct));
        if (policy is null)
            throw new VerificationException(VerificationCode.UntrustedKey, refusal!);
        await seen.RaiseAsync("trust", policy.Version, ct);
        return policy;
    }
}
