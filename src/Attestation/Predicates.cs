namespace Pipeline.Attestation;

/// <summary>"This release may run in this stage", by the control plane after the gates of the stage let it pass.</summary>
/// <param name="Release">Digest of the release that the subjects belong to.</param>
/// <param name="Deployable">Null when it holds for all deployables of the release.</param>
/// <param name="Generation">Grows with every promotion of the deployable in the stage: an old statement cannot be replayed.</param>
/// <param name="Expires">A task launched later is refused.</param>
public sealed record PromotionPredicate(string Stage, string Release, string? Deployable, long Generation, DateTimeOffset Expires)
{
    public const string Type = "urn:x-pipeline:promotion/v1";
}

/// <summary>SLSA provenance v1 (slsa.dev/spec/v1.0/provenance): how the subjects were built.</summary>
public sealed record ProvenancePredicate(BuildDefinition BuildDefinition, RunDetails RunDetails)
{
    public const string Type = "https://slsa.dev/provenance/v1";

    /// <summary>The build type of this product: steps of <c>.pipeline.yaml</c> at a commit, run as Mesos tasks.</summary>
    public const string BuildType = "urn:x-pipeline:build/v1";
}

/// <param name="ExternalParameters">What the pusher controls: repository, commit.</param>
/// <param name="ResolvedDependencies">The source, by its git commit.</param>
public sealed record BuildDefinition(
    string BuildType, IReadOnlyDictionary<string, string> ExternalParameters, IReadOnlyDictionary<string, string> InternalParameters,
    IReadOnlyList<ResourceDescriptor> ResolvedDependencies);

public sealed record ResourceDescriptor(string? Name, string? Uri, IReadOnlyDictionary<string, string>? Digest);

public sealed record RunDetails(BuilderIdentity Builder, RunMetadata Metadata);

public sealed record BuilderIdentity(string Id);

public sealed record RunMetadata(string InvocationId, DateTimeOffset? StartedOn, DateTimeOffset? FinishedOn);
