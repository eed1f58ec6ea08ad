using System.Text.Json.Serialization;

namespace Pipeline.Attestation.Decisions;

/// <summary>"This person approved this plan." The subject of the statement is the plan.</summary>
/// <param name="Stage">The stage that the plan is for.</param>
/// <param name="Release">Digest of the release that goes in.</param>
/// <param name="Promotion">Id of the promotion that waits.</param>
/// <param name="Person">Who approved.</param>
/// <param name="Groups">The groups that the approval counts for.</param>
/// <param name="At">When; an approval expires.</param>
public sealed record ApprovalPredicate(
    string Stage, string Release, string Promotion, string Person, IReadOnlyList<string> Groups, DateTimeOffset At)
{
    /// <summary>The predicate type. It stands for the decision to approve and for no other.</summary>
    public const string Type = "urn:x-pipeline:approval/v1";
}

/// <summary>"This release is held", or "the hold of this release is lifted". The subject of the statement is the release.</summary>
/// <param name="Release">Digest of the release.</param>
/// <param name="Held">False when the hold is lifted.</param>
/// <param name="Number">Counts the decisions about the release: the highest one stands, an old lift cannot be replayed.</param>
/// <param name="Reason">Why, as given.</param>
/// <param name="Actor">Who decided.</param>
/// <param name="At">When.</param>
public sealed record HoldPredicate(string Release, bool Held, long Number, string? Reason, string Actor, DateTimeOffset At)
{
    /// <summary>The predicate type.</summary>
    public const string Type = "urn:x-pipeline:hold/v1";
}

/// <summary>The JSON of the decisions; a member twice is refused: two readers could differ.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ApprovalPredicate))]
[JsonSerializable(typeof(HoldPredicate))]
internal sealed partial class DecisionJson : JsonSerializerContext;
