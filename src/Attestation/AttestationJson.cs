using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>Generated, so that the native program reads what the server wrote. A member twice is refused: two readers could
/// differ.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DsseEnvelope))]
[JsonSerializable(typeof(Statement))]
[JsonSerializable(typeof(PromotionPredicate))]
[JsonSerializable(typeof(ProvenancePredicate))]
[JsonSerializable(typeof(TrustPolicy))]
internal sealed partial class AttestationJson : JsonSerializerContext;
