using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Queries.Promotions;

/// <summary>A promotion that waits.</summary>
public sealed record WaitingLine(
    Guid Id, long Number, Guid RepositoryId, string Repository, string Stage, int ReleaseNumber, string Release, string Sha,
    string? Subject,
    string? Author, string? Pusher, string CreatedBy, IReadOnlyList<Blocker> Blockers, DateTimeOffset CreatedAt)
{
    /// <summary>A person can let it go on.</summary>
    public bool NeedsPerson => Blockers.Any(b => b.Gate == "approval");
}
