using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract;

/// <summary>A commit as it is stored, and who pushed it.</summary>
/// <param name="Id">Our id, for cursors.</param>
/// <param name="Repository">The repository it belongs to.</param>
/// <param name="Sha">Its name.</param>
/// <param name="Subject">First line of the message, up to 4,096 characters.</param>
/// <param name="Message">The whole message, up to 65,536 characters.</param>
/// <param name="AuthorName">As git has it.</param>
/// <param name="AuthorEmail">As git has it.</param>
/// <param name="AuthoredAt">As git has it.</param>
/// <param name="CommittedAt">As git has it.</param>
/// <param name="Parents">In git's order.</param>
/// <param name="Pusher">The forge's name of who pushed it; null when it came along with another one.</param>
/// <param name="SeenAt">When it was stored.</param>
public sealed record Commit(
    Guid Id, RepositoryId Repository, CommitSha Sha, string Subject, string Message, string AuthorName, string AuthorEmail,
    DateTimeOffset AuthoredAt, DateTimeOffset CommittedAt, IReadOnlyList<CommitSha> Parents, string? Pusher, DateTimeOffset SeenAt);

/// <summary>What git itself says about a commit.</summary>
/// <param name="Sha">Its name.</param>
/// <param name="Subject">First line of the message, up to 4,096 characters.</param>
/// <param name="Message">The whole message, up to 65,536 characters.</param>
/// <param name="AuthorName">Who wrote it.</param>
/// <param name="AuthorEmail">Where to reach the author.</param>
/// <param name="AuthoredAt">When it was written.</param>
/// <param name="CommittedAt">When it was committed.</param>
/// <param name="Parents">In git's order.</param>
public sealed record CommitFacts(
    CommitSha Sha, string Subject, string Message, string AuthorName, string AuthorEmail, DateTimeOffset AuthoredAt,
    DateTimeOffset CommittedAt, IReadOnlyList<CommitSha> Parents);

/// <summary>Somebody who made or pushed a commit.</summary>
/// <param name="Name">The author's name, as git has it.</param>
/// <param name="Email">The author's address, as git has it.</param>
/// <param name="Pusher">The forge's name of who pushed the commit; null when that is unknown.</param>
public sealed record CommitContributor(string Name, string Email, string? Pusher);
