using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Core;

/// <summary>The content of a release, and its canonical JSON: the same content has the same digest, whoever wrote it in whichever
/// order.</summary>
/// <remarks>Keys in ordinal order, no white space, no nulls, decimals without trailing zeros, lists sorted by name.</remarks>
internal sealed record ReleaseDocument(
    RepositoryId Repository, CommitSha Commit, IReadOnlyList<ReleaseArtifact> Artifacts, IReadOnlyList<ReleaseDeployable> Deployables)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static ReleaseDocument Of(NewRelease release) => new(
        release.RepositoryId,
        release.CommitSha,
        [.. release.Artifacts.OrderBy(a => a.Module, StringComparer.Ordinal).ThenBy(a => a.Name, StringComparer.Ordinal)],
        [.. release.Deployables.OrderBy(d => d.Name, StringComparer.Ordinal)]);

    public static ReleaseDocument Parse(string json) => JsonSerializer.Deserialize<ReleaseDocument>(json, Options)!;

    public string ToCanonicalJson() => Sorted(JsonSerializer.SerializeToNode(this, Options))!.ToJsonString(Options);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(
            o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        JsonValue v when v.GetValueKind() == JsonValueKind.Number => JsonValue.Create(WithoutTrailingZeros(v.Deserialize<decimal>())),
        _ => node?.DeepClone(),
    };

    // 0.50 and 0.5 are the same need; a decimal divided by one with all its digits drops what says nothing.
    private static decimal WithoutTrailingZeros(decimal value) => value / 1.000000000000000000000000000000000m;
}
