using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Data;

internal static class Rows
{
    // timestamptz comes back as a UTC DateTime.
    public static DateTimeOffset Utc(DateTime value) => new(DateTime.SpecifyKind(value, DateTimeKind.Utc));

    public static DateTimeOffset? Utc(DateTime? value) => value is { } v ? Utc(v) : null;

    /// <summary>Turns one row more than asked for into a page and its cursor.</summary>
    public static Page<T> Page<T>(IReadOnlyList<T> rows, int limit, Func<T, Cursor> cursorOf) =>
        rows.Count > limit ? new Page<T>([.. rows.Take(limit)], cursorOf(rows[limit - 1]).ToString()) : new Page<T>(rows, null);
}

internal sealed class RepositoryRow
{
    public const string Columns =
        "id, forge, base_url, forge_id, owner, name, clone_url, web_url, default_branch, pinned, added_at, added_by";

    public Guid Id { get; init; }
    public string Forge { get; init; } = "";
    public string BaseUrl { get; init; } = "";
    public long ForgeId { get; init; }
    public string Owner { get; init; } = "";
    public string Name { get; init; } = "";
    public string CloneUrl { get; init; } = "";
    public string? WebUrl { get; init; }
    public string DefaultBranch { get; init; } = "";
    public bool Pinned { get; init; }
    public DateTime AddedAt { get; init; }
    public string AddedBy { get; init; } = "";

    public Repository ToRepository() => new(
        new RepositoryId(Id), Forge, BaseUrl, ForgeId, Owner, Name, CloneUrl, WebUrl, DefaultBranch, Pinned, Rows.Utc(AddedAt), AddedBy);
}

internal sealed class BranchRow
{
    public Guid RepositoryId { get; init; }
    public string Name { get; init; } = "";
    public string? HeadSha { get; init; }
    public DateTime HeadReceivedAt { get; init; }
    public DateTime UpdatedAt { get; init; }
    public DateTime? DeletedAt { get; init; }

    public Branch ToBranch() => new(
        new RepositoryId(RepositoryId), Name, HeadSha is null ? null : CommitSha.Parse(HeadSha), Rows.Utc(UpdatedAt), Rows.Utc(DeletedAt));
}

internal sealed class CommitRow
{
    public const string Columns = """
        c.id, c.repository_id, c.sha, c.subject, c.message, c.author_name, c.author_email, c.authored_at, c.committed_at, c.parents,
        c.pusher, c.seen_at
        """;

    public Guid Id { get; init; }
    public Guid RepositoryId { get; init; }
    public string Sha { get; init; } = "";
    public string Subject { get; init; } = "";
    public string Message { get; init; } = "";
    public string AuthorName { get; init; } = "";
    public string AuthorEmail { get; init; } = "";
    public DateTime AuthoredAt { get; init; }
    public DateTime CommittedAt { get; init; }
    public string[] Parents { get; init; } = [];
    public string? Pusher { get; init; }
    public DateTime SeenAt { get; init; }

    public Commit ToCommit() => new(
        Id, new RepositoryId(RepositoryId), CommitSha.Parse(Sha), Subject, Message, AuthorName, AuthorEmail, Rows.Utc(AuthoredAt),
        Rows.Utc(CommittedAt), [.. Parents.Select(CommitSha.Parse)], Pusher, Rows.Utc(SeenAt));
}
