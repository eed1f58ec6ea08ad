namespace Pipeline.Ui.Queries.Releases;

public sealed record ArtifactView(
    string Digest, string Name, string Module, long Bytes, string MediaType, DateTimeOffset RecordedAt, string Repository, string Sha,
    int BuildNumber,
    IReadOnlyList<AttestationRow> Attestations, IReadOnlyList<ReleaseMark> Releases, IReadOnlyList<ArtifactUse> RunsIn);

public sealed record ArtifactUse(string Deployable, string Stage, string Cluster, DateTimeOffset Since);
