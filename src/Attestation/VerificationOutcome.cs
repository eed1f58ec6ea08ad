namespace Pipeline.Attestation;

/// <summary>Stable codes: they travel in exit messages, events and problems.</summary>
public static class VerificationCode
{
    /// <summary>The statement is about other bytes, or another release.</summary>
    public const string DigestMismatch = "digest-mismatch";

    /// <summary>The envelope, its signature or what it holds cannot be accepted.</summary>
    public const string SignatureInvalid = "signature-invalid";

    /// <summary>The statement is for another stage or deployable.</summary>
    public const string StageMismatch = "stage-mismatch";

    /// <summary>The statement belongs to another generation; an old one cannot be replayed.</summary>
    public const string GenerationReplayed = "generation-replayed";

    /// <summary>The statement was valid once.</summary>
    public const string StatementExpired = "statement-expired";

    /// <summary>No key of the right role that is valid now, or no valid trust policy.</summary>
    public const string UntrustedKey = "untrusted-key";

    /// <summary>No statement of the kind that is needed.</summary>
    public const string StatementMissing = "statement-missing";

    /// <summary>A decision is recorded, and no trusted key signed it.</summary>
    public const string DecisionUnsigned = "decision-unsigned";

    /// <summary>A decision is recorded, and what was signed is another one.</summary>
    public const string DecisionMismatch = "decision-mismatch";

    /// <summary>A hold was taken from a release, and nobody signed that it is lifted.</summary>
    public const string HoldRemoved = "hold-removed";

    /// <summary>The stored document of a release is no longer what was built.</summary>
    public const string ReleaseAltered = "release-altered";

    /// <summary>The promotion statement is of a version before statements named what may run: a fresh one is needed.</summary>
    public const string StatementOutdated = "statement-outdated";

    /// <summary>What would run is not what the promotion statement allows: command, environment, image, user, resources or
    /// health.</summary>
    public const string SpecificationMismatch = "specification-mismatch";
}

/// <summary>The answer of a verification.</summary>
/// <param name="Code">One of <see cref="VerificationCode"/>; null when everything holds.</param>
/// <param name="Detail">One sentence for people; empty when everything holds.</param>
/// <param name="Expected">What the task is about to run; null when the failure is not a difference.</param>
/// <param name="Found">What the statement says instead.</param>
public sealed record VerificationOutcome(string? Code, string Detail, string? Expected = null, string? Found = null)
{
    /// <summary>Everything holds.</summary>
    public static readonly VerificationOutcome Verified = new(null, "");

    /// <summary>Whether everything holds.</summary>
    public bool Ok => Code is null;
}
