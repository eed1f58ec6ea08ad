using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Core;

/// <summary>A forge's repository as it is known now; owner and name are labels that follow renames.</summary>
/// <param name="ForgeId">The forge's own number: what stays when the name changes.</param>
/// <param name="Pinned">Registered by a person: deliveries do not change its clone URL, and only such may be <c>file://</c>.</param>
public sealed record Repository(
    RepositoryId Id, string Forge, string BaseUrl, long ForgeId, string Owner, string Name, string CloneUrl, string? WebUrl,
    string DefaultBranch, bool Pinned, DateTimeOffset AddedAt, string AddedBy)
{
    public string FullName => $"{Owner}/{Name}";
}

/// <summary>A branch and what it points to. <paramref name="Head"/> is null once it was deleted.</summary>
public sealed record Branch(RepositoryId Repository, string Name, CommitSha? Head, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

/// <summary>A commit as git tells it, and who pushed it.</summary>
/// <param name="Id">Ours, for cursors.</param>
/// <param name="Pusher">The forge's name of who pushed it; null when it came along with another one.</param>
public sealed record Commit(
    Guid Id, RepositoryId Repository, CommitSha Sha, string Subject, string Message, string AuthorName, string AuthorEmail,
    DateTimeOffset AuthoredAt, DateTimeOffset CommittedAt, IReadOnlyList<CommitSha> Parents, string? Pusher, DateTimeOffset SeenAt);
