namespace Pipeline.GitWebhooks.Contract;

/// <summary>A repository as a person registers it.</summary>
/// <param name="ForgeId">The forge's numeric id; for a repository on this machine any number that the deliveries carry too.</param>
/// <param name="Owner">1 to 100 characters without slash or space.</param>
/// <param name="Name">1 to 100 characters without slash or space.</param>
/// <param name="CloneUrl"><c>https://…</c>, <c>http://…</c>, or <c>file:///…</c>: only a registered repository may be a file.</param>
/// <param name="DefaultBranch">The branch whose commits are offered for promotion.</param>
/// <param name="WebUrl">Where people see it.</param>
/// <param name="BaseUrl">Null: the configured forge.</param>
public sealed record AddRepository(
    long ForgeId, string Owner, string Name, string CloneUrl, string DefaultBranch = "main", string? WebUrl = null, string? BaseUrl = null);

/// <summary>How the registration of a repository ended.</summary>
public abstract record AddRepositoryOutcome
{
    private AddRepositoryOutcome()
    {
    }

    /// <summary>It is registered.</summary>
    /// <param name="Repository">As it is now.</param>
    /// <param name="IsNew">False when one with the same forge and numeric id was known.</param>
    public sealed record Added(Repository Repository, bool IsNew) : AddRepositoryOutcome;

    /// <summary>The request is not valid; nothing was written.</summary>
    /// <param name="Field">The field of <see cref="AddRepository"/> that is wrong, in camelCase.</param>
    /// <param name="Message">What it must be.</param>
    public sealed record Invalid(string Field, string Message) : AddRepositoryOutcome;
}
