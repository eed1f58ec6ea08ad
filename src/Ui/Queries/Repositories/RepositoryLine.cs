using Pipeline.Ui.Queries.Builds;

namespace Pipeline.Ui.Queries.Repositories;

/// <param name="Builds">The last 30, oldest first.</param>
public sealed record RepositoryLine(
    Guid Id, string Repository, string? WebUrl, string DefaultBranch, string? HeadSha, string? HeadSubject, string? HeadAuthor,
    DateTimeOffset? HeadAt, DateTimeOffset? LastDelivery, IReadOnlyList<BuildMark> Builds);

public sealed record BranchLine(string Name, string? Sha, string? Subject, string? Author, DateTimeOffset At, BuildMark? Build);

/// <param name="ExternalId">The forge's id of the delivery.</param>
public sealed record DeliveryLine(
    Guid Id, string ExternalId, string Event, DateTimeOffset ReceivedAt, DateTimeOffset? ProcessedAt, string State, string? Outcome,
    string? Ref,
    int Bytes, string? Repository, string? Sha);

/// <param name="RunsIn">Stages that run it now.</param>
public sealed record ReleaseLine(
    string Digest, int Number, string Sha, string? Subject, string? HeldReason, DateTimeOffset CreatedAt, IReadOnlyList<string> RunsIn);
