using Pipeline.Kernel.Text;

namespace Pipeline.Ui.Queries.Releases;

/// <param name="Attestations">Kinds of the signed statements about it.</param>
public sealed record ArtifactRow(
    string Module, string Name, string Digest, long Bytes, string MediaType, DateTimeOffset RecordedAt,
    IReadOnlyList<AttestationRow> Attestations);

public sealed record AttestationRow(string Digest, string PredicateType, string KeyId, DateTimeOffset CreatedAt)
{
    /// <summary>The last mainStep part of the predicate's address: <c>provenance</c>, <c>promotion</c> …</summary>
    public string Kind => PredicateType.Split(['/', ':'], StringSplitOptions.RemoveEmptyEntries)
        .LastOrDefault(p => !p.StartsWith('v') || p.Length > 4) ?? PredicateType;

    /// <summary>Enough of the key's id to tell keys apart.</summary>
    public string ShortKey => ByteText.Cut(KeyId, 12);
}
