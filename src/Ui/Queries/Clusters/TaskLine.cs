namespace Pipeline.Ui.Queries.Clusters;

public sealed record TaskLine(
    string Id, string Cluster, string RequestId, string Phase, bool Healthy, string? Host, string? Rack, string? AgentId,
    IReadOnlyList<int> Ports,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? Reason, string? WhyPending, string? Sha, string? Repository);

public sealed record RequestRef(string Cluster, string RequestId);
