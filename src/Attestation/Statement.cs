using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>An in-toto Statement v1: what <see cref="Predicate"/> says is said about every subject.</summary>
public sealed record Statement(
    [property: JsonPropertyName("_type")] string Type, IReadOnlyList<StatementSubject> Subject, string PredicateType, JsonElement Predicate)
{
    public const string TypeV1 = "https://in-toto.io/Statement/v1";
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Subjects match only by digest, and only SHA-256 counts.</summary>
    public bool IsAbout(string digest) => Subject.Any(s => s.Digest.TryGetValue("sha256", out var hex) && "sha256:" + hex == digest);

    internal static Statement? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            var statement = JsonSerializer.Deserialize(body, AttestationJson.Default.Statement);
            return statement is { Type: TypeV1, Subject: not null, PredicateType: not null, Predicate.ValueKind: JsonValueKind.Object }
                && statement.Subject.All(s => s is { Digest: not null })
                ? statement
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Digest">Algorithm to lower-case hex, <c>sha256</c> for example.</param>
public sealed record StatementSubject(string? Name, IReadOnlyDictionary<string, string> Digest)
{
    /// <param name="digest"><c>sha256:&lt;hex&gt;</c>.</param>
    public static StatementSubject Of(string name, string digest) =>
        new(name, new Dictionary<string, string> { ["sha256"] = digest["sha256:".Length..] });
}

/// <summary>Builds, signs and reads the statements that this product makes.</summary>
public static class Statements
{
    public static string SignPromotion(IReadOnlyList<StatementSubject> artifacts, PromotionPredicate promotion, SigningKey key) => Sign(
        artifacts, PromotionPredicate.Type, JsonSerializer.SerializeToElement(promotion, AttestationJson.Default.PromotionPredicate), key);

    public static string SignProvenance(IReadOnlyList<StatementSubject> artifacts, ProvenancePredicate provenance, SigningKey key) => Sign(
        artifacts, ProvenancePredicate.Type,
        JsonSerializer.SerializeToElement(provenance, AttestationJson.Default.ProvenancePredicate), key);

    /// <returns>The envelope as JSON.</returns>
    public static string Sign(IReadOnlyList<StatementSubject> subjects, string predicateType, JsonElement predicate, SigningKey key)
    {
        var statement = new Statement(Statement.TypeV1, subjects, predicateType, predicate);
        var body = JsonSerializer.SerializeToUtf8Bytes(statement, AttestationJson.Default.Statement);
        return Dsse.ToJson(Dsse.Sign(Statement.PayloadType, body, key));
    }

    /// <summary>What an envelope claims, unverified: for lists and pages that say so.</summary>
    public static Statement? Peek(string envelopeJson) =>
        Dsse.TryParse(envelopeJson) is { } envelope && Dsse.TryDecode(envelope.Payload) is { } body ? Statement.TryRead(body) : null;
}
