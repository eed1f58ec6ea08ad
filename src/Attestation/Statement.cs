using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>An in-toto Statement v1: the predicate applies to every subject.</summary>
/// <param name="Type">Always <see cref="TypeV1"/>.</param>
/// <param name="Subject">What the statement is about.</param>
/// <param name="PredicateType">A URI that says how to read the predicate.</param>
/// <param name="Predicate">A JSON object.</param>
public sealed record Statement(
    [property: JsonPropertyName("_type")] string Type, IReadOnlyList<StatementSubject> Subject, string PredicateType, JsonElement Predicate)
{
    /// <summary>When it was signed, as the signer says; a member of our own, which others ignore. Null in statements of earlier
    /// versions.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>The type of every statement (in-toto Attestation Framework v1).</summary>
    public const string TypeV1 = "https://in-toto.io/Statement/v1";

    /// <summary>The payload type of a statement's envelope.</summary>
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Subjects match only by digest, and only SHA-256 counts.</summary>
    public bool IsAbout(string digest) => Subject.Any(s => s.Digest.TryGetValue("sha256", out var hex) && "sha256:" + hex == digest);

    internal static Statement? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            var statement = JsonSerializer.Deserialize(body, StatementJson.Default.Statement);
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

/// <summary>An artifact that a statement is about.</summary>
/// <param name="Name">For people; it is never compared.</param>
/// <param name="Digest">Algorithm to lower-case hex, <c>sha256</c> for example.</param>
public sealed record StatementSubject(string? Name, IReadOnlyDictionary<string, string> Digest)
{
    /// <param name="name">For people.</param>
    /// <param name="digest"><c>sha256:&lt;hex&gt;</c>.</param>
    public static StatementSubject Of(string name, string digest) =>
        new(name, new Dictionary<string, string> { ["sha256"] = digest["sha256:".Length..] });
}

/// <summary>The JSON of a statement. Generated for the native program; a member twice is refused, since two readers could differ.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Statement))]
internal sealed partial class StatementJson : JsonSerializerContext;
