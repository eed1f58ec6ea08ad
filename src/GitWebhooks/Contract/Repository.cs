using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract;

/// <summary>A forge's repository as it is known now; owner and name are labels that follow renames.</summary>
/// <param name="Id">Our id.</param>
/// <param name="Forge">Always <c>github</c>.</param>
/// <param name="BaseUrl">Where the forge is, in lower case and without a slash at the end.</param>
/// <param name="ForgeId">The forge's own number: what stays when the name changes.</param>
/// <param name="Owner">The person or organization it belongs to.</param>
/// <param name="Name">Its name below the owner.</param>
/// <param name="CloneUrl">What the mirror fetches from.</param>
/// <param name="WebUrl">Where people see it; null when unknown.</param>
/// <param name="DefaultBranch">The branch whose commits are offered for promotion.</param>
/// <param name="Pinned">Registered by a person: deliveries do not change its clone URL, and only such may be <c>file://</c>.</param>
/// <param name="AddedAt">When it was first known.</param>
/// <param name="AddedBy">The actor that made it known.</param>
public sealed record Repository(
    RepositoryId Id, string Forge, string BaseUrl, long ForgeId, string Owner, string Name, string CloneUrl, string? WebUrl,
    string DefaultBranch, bool Pinned, DateTimeOffset AddedAt, string AddedBy)
{
    /// <summary><c>owner/name</c>.</summary>
    public string FullName => $"{Owner}/{Name}";
}

/// <summary>A branch and what it points to.</summary>
/// <param name="Repository">The repository it belongs to.</param>
/// <param name="Name">Without <c>refs/heads/</c>.</param>
/// <param name="Head">Null once the branch was deleted.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="DeletedAt">Null while it exists.</param>
public sealed record Branch(RepositoryId Repository, string Name, CommitSha? Head, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);
