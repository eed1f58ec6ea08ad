using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>"This release may run in this stage", by the control plane after the gates of the stage let it pass.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Release">Digest of the release that the subjects belong to.</param>
/// <param name="Deployable">Null when it holds for all deployables of the release.</param>
/// <param name="Generation">Grows with every promotion of the deployable in the stage: an old statement cannot be replayed.</param>
/// <param name="Expires">A task launched later is refused.</param>
/// <param name="RunSpecification"><c>sha256:&lt;hex&gt;</c> of what may run: see <see cref="Runs.RunSpecification"/>. Null in statements
/// made before they named it, which allow nothing to be launched any more.</param>
public sealed record PromotionPredicate(
    string Stage, string Release, string? Deployable, long Generation, DateTimeOffset Expires, string? RunSpecification = null)
{
    /// <summary>The predicate type.</summary>
    public const string Type = "urn:x-pipeline:promotion/v1";
}

/// <summary>SLSA provenance v1 (slsa.dev/spec/v1.0/provenance): how the subjects were built.</summary>
/// <param name="BuildDefinition">What was built.</param>
/// <param name="RunDetails">Who built it, and when.</param>
public sealed record ProvenancePredicate(BuildDefinition BuildDefinition, RunDetails RunDetails)
{
    /// <summary>The predicate type.</summary>
    public const string Type = "https://slsa.dev/provenance/v1";

    /// <summary>The build type of this product: steps of <c>.pipeline.yaml</c> at a commit, run as Mesos tasks.</summary>
    public const string BuildType = "urn:x-pipeline:build/v1";
}

/// <summary>What was built: enough to build it again.</summary>
/// <param name="BuildType">How to read the parameters.</param>
/// <param name="ExternalParameters">What the pusher controls: repository, commit.</param>
/// <param name="InternalParameters">What the server decided.</param>
/// <param name="ResolvedDependencies">The source, by its git commit.</param>
public sealed record BuildDefinition(
    string BuildType, IReadOnlyDictionary<string, string> ExternalParameters, IReadOnlyDictionary<string, string> InternalParameters,
    IReadOnlyList<ResourceDescriptor> ResolvedDependencies);

/// <summary>Something that the build used.</summary>
/// <param name="Name">For people.</param>
/// <param name="Uri">Where it came from.</param>
/// <param name="Digest">Algorithm to hex; <c>gitCommit</c> for sources.</param>
public sealed record ResourceDescriptor(string? Name, string? Uri, IReadOnlyDictionary<string, string>? Digest);

/// <summary>Who built it, and when.</summary>
/// <param name="Builder">The server that ran the build.</param>
/// <param name="Metadata">The run.</param>
public sealed record RunDetails(BuilderIdentity Builder, RunMetadata Metadata);

/// <summary>Who built something.</summary>
/// <param name="Id">A URI.</param>
public sealed record BuilderIdentity(string Id);

/// <summary>One run of a build.</summary>
/// <param name="InvocationId">The build's id.</param>
/// <param name="StartedOn">When its first step started.</param>
/// <param name="FinishedOn">When its last step ended.</param>
public sealed record RunMetadata(string InvocationId, DateTimeOffset? StartedOn, DateTimeOffset? FinishedOn);

/// <summary>The JSON of the predicates. Generated for the native program; a member twice is refused: two readers could differ.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PromotionPredicate))]
[JsonSerializable(typeof(ProvenancePredicate))]
internal sealed partial class PredicateJson : JsonSerializerContext;
