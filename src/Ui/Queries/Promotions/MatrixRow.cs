namespace Pipeline.Ui.Queries.Promotions;

public sealed record MatrixRow(string Name, string Kind, string Repository, Guid RepositoryId, IReadOnlyList<MatrixCell> Cells);

/// <param name="Moving">The phase of the promotion that moves this slot now, if any.</param>
public sealed record MatrixCell(
    string Stage, int Release, string Sha, int Instances, int Healthy, DateTimeOffset Since, string Cluster, Guid Promotion,
    string? Moving);
