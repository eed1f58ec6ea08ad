using System.Text.Json;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Queries.Releases;

/// <param name="Document">The canonical JSON whose SHA-256 names the release.</param>
public sealed record ReleaseView(
    string Digest, int Number, Guid RepositoryId, string Repository, string Sha, string? Subject, string? Author, Guid BuildId,
    int? BuildNumber,
    string? HeldReason, DateTimeOffset CreatedAt, JsonElement Document, IReadOnlyList<AttestationRow> Attestations,
    IReadOnlyList<PromotionLine> Promotions);

public sealed record ReleaseMark(string Digest, int Number, string? HeldReason, DateTimeOffset CreatedAt);
