namespace Pipeline.Ui.Queries.Promotions;

public sealed record MatrixRow(string Name, string Kind, string Repository, Guid RepositoryId, IReadOnlyList<MatrixCell> Cells);

/// <param name="State">The state and the health, as the stages say.</param>
/// <param name="NoTraffic">Why the service gets no traffic, as a sentence; null when it does, or does not want any.</param>
public sealed record MatrixCell(
    string Stage, string State, int Release, string Sha, int Instances, int Healthy, DateTimeOffset Since, Guid Promotion,
    string? NoTraffic);
