using System.Text.Json;

namespace Pipeline.Attestation;

/// <summary>Builds, signs and reads the statements that this product makes.</summary>
public static class Statements
{
    /// <summary>A promotion statement for the artifacts of a release.</summary>
    /// <returns>The envelope as JSON.</returns>
    public static string SignPromotion(
        IReadOnlyList<StatementSubject> artifacts, PromotionPredicate promotion, SigningKey key, DateTimeOffset? signedAt = null) => Sign(
        artifacts, PromotionPredicate.Type, JsonSerializer.SerializeToElement(promotion, PredicateJson.Default.PromotionPredicate), key,
        signedAt);

    /// <summary>A provenance statement for the artifacts of a build.</summary>
    /// <returns>The envelope as JSON.</returns>
    public static string SignProvenance(
        IReadOnlyList<StatementSubject> artifacts, ProvenancePredicate provenance, SigningKey key, DateTimeOffset? signedAt = null) => Sign(
        artifacts, ProvenancePredicate.Type,
        JsonSerializer.SerializeToElement(provenance, PredicateJson.Default.ProvenancePredicate), key, signedAt);

    /// <summary>A statement of any kind.</summary>
    /// <returns>The envelope as JSON.</returns>
    public static string Sign(
        IReadOnlyList<StatementSubject> subjects, string predicateType, JsonElement predicate, SigningKey key,
        DateTimeOffset? signedAt = null)
    {
        var statement = new Statement(Statement.TypeV1, subjects, predicateType, predicate) { SignedAt = signedAt?.ToUniversalTime() };
        var body = JsonSerializer.SerializeToUtf8Bytes(statement, StatementJson.Default.Statement);
        return Dsse.ToJson(Dsse.Sign(Statement.PayloadType, body, key));
    }

    /// <summary>What an envelope claims, unverified: for lists and pages that say so.</summary>
    public static Statement? Peek(string envelopeJson) =>
        Dsse.TryParse(envelopeJson) is { } envelope && Dsse.TryDecode(envelope.Payload) is { } body ? Statement.TryRead(body) : null;
}
