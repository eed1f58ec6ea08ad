using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks;

/// <summary>A repository as a person registers it.</summary>
/// <param name="ForgeId">The forge's numeric id; for a repository on this machine any number that the deliveries carry too.</param>
/// <param name="CloneUrl"><c>https://…</c>, <c>http://…</c>, or <c>file:///…</c>: only a registered repository may be a file.</param>
/// <param name="BaseUrl">Null: the configured forge.</param>
public sealed record AddRepository(
    long ForgeId, string Owner, string Name, string CloneUrl, string DefaultBranch = "main", string? WebUrl = null, string? BaseUrl = null);

public abstract record AddRepositoryOutcome
{
    private AddRepositoryOutcome()
    {
    }

    public sealed record Added(Repository Repository, bool IsNew) : AddRepositoryOutcome;

    /// <param name="Field">The field of <see cref="AddRepository"/> that is wrong, in camelCase.</param>
    public sealed record Invalid(string Field, string Message) : AddRepositoryOutcome;
}

/// <summary>Registers repositories: by a person with a clone URL of his choice, or by the first delivery that names one.</summary>
public sealed class RepositoryCommands(
    NpgsqlDataSource db, Journal journal, TimeProvider time, IOptions<GitWebhooksOptions> options, ILogger<RepositoryCommands> logger)
{
    private const string Upsert = $"""
        INSERT INTO git.repository ({RepositoryRow.Columns})
        VALUES (@Id, 'github', @BaseUrl, @ForgeId, @Owner, @Name, @CloneUrl, @WebUrl, @DefaultBranch, @Pinned, @Now, @By)
        ON CONFLICT (forge, base_url, forge_id) DO UPDATE
           SET owner = excluded.owner, name = excluded.name, default_branch = excluded.default_branch,
               web_url = coalesce(excluded.web_url, git.repository.web_url),
               clone_url = CASE WHEN git.repository.pinned
                 AND NOT excluded.pinned THEN git.repository.clone_url ELSE excluded.clone_url END,
               pinned = git.repository.pinned OR excluded.pinned
        RETURNING {RepositoryRow.Columns}
        """;
    private const string ByForgeId = $"""
        SELECT {RepositoryRow.Columns} FROM git.repository WHERE forge = 'github' AND base_url = @baseUrl AND forge_id = @forgeId
        """;

    /// <summary>Registers it, or changes the one with the same forge and numeric id.</summary>
    public async Task<AddRepositoryOutcome> AddAsync(AddRepository wanted, Actor actor, CancellationToken ct)
    {
        if (Problem(wanted) is { } invalid)
            return invalid;
        return await Transactions.InTransactionAsync<AddRepositoryOutcome>(
            async token =>
            {
                var id = RepositoryId.New(time.GetUtcNow());
                var repository = await UpsertAsync(id, wanted, pinned: true, actor.ToString(), token);
                await journal.AppendAsync(
                    new ActionRecorded("repository.add", repository.FullName, null), actor,
                    new JournalSubject { Repository = repository.Id }, token);
                Log.RepositoryAdded(logger, repository.Id.Value, repository.FullName);
                return new AddRepositoryOutcome.Added(repository, repository.Id == id);
            },
            ct);
    }

    /// <summary>The repository a delivery is about, registered or renamed as the delivery says.</summary>
    /// <exception cref="PayloadException">It is unknown and its clone URL does not lie on the forge.</exception>
    internal async Task<Repository> ResolveAsync(PushedRepository pushed, string by, CancellationToken ct)
    {
        var baseUrl = BaseUrl(null);
        var known = await FindAsync(baseUrl, pushed.ForgeId, ct);
        var cloneUrl = known is { Pinned: true } ? known.CloneUrl : OnForge(pushed.CloneUrl, baseUrl);
        if (known is not null && known.Owner == pushed.Owner && known.Name == pushed.Name && known.CloneUrl == cloneUrl
            && known.DefaultBranch == pushed.DefaultBranch)
            return known;
        var webUrl = Uri.TryCreate(pushed.WebUrl, UriKind.Absolute, out var web) && web.Scheme is "http" or "https" ? pushed.WebUrl : null;
        var wanted = new AddRepository(pushed.ForgeId, pushed.Owner, pushed.Name, cloneUrl, pushed.DefaultBranch, webUrl);
        return await UpsertAsync(RepositoryId.New(time.GetUtcNow()), wanted, pinned: false, by, ct);
    }

    private async Task<Repository?> FindAsync(string baseUrl, long forgeId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<RepositoryRow>(new CommandDefinition(
            ByForgeId, new { baseUrl, forgeId }, cancellationToken: ct));
        return row?.ToRepository();
    }

    private async Task<Repository> UpsertAsync(RepositoryId id, AddRepository wanted, bool pinned, string by, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<RepositoryRow>(new CommandDefinition(
            Upsert,
            new
            {
                Id = id.Value,
                BaseUrl = BaseUrl(wanted.BaseUrl),
                wanted.ForgeId,
                wanted.Owner,
                wanted.Name,
                wanted.CloneUrl,
                wanted.WebUrl,
                wanted.DefaultBranch,
                Pinned = pinned,
                Now = time.GetUtcNow().UtcDateTime,
                By = by,
            },
            cancellationToken: ct));
        return row.ToRepository();
    }

    private string BaseUrl(string? wanted) => (wanted ?? options.Value.GitHub.BaseUrl).TrimEnd('/').ToLowerInvariant();

    // Whoever can sign a delivery must not make the server fetch from a host of his choice (or from its own disk).
    private static string OnForge(string? cloneUrl, string baseUrl)
    {
        var forge = new Uri(baseUrl);
        return Uri.TryCreate(cloneUrl, UriKind.Absolute, out var url) && url.Scheme == forge.Scheme
            && url.Authority == forge.Authority && url.UserInfo.Length == 0
            ? cloneUrl!
            : throw new PayloadException(
                $"The clone URL '{cloneUrl}' does not lie on {baseUrl}."
                + " Register the repository first (POST /api/v1/repositories) if it is right.");
    }

    private static AddRepositoryOutcome.Invalid? Problem(AddRepository wanted)
    {
        if (wanted.ForgeId <= 0)
            return new("forgeId", "must be the forge's positive numeric id of the repository.");
        if (!IsName(wanted.Owner))
            return new("owner", "must be 1 to 100 characters without slash or space.");
        if (!IsName(wanted.Name))
            return new("name", "must be 1 to 100 characters without slash or space.");
        if (string.IsNullOrWhiteSpace(wanted.DefaultBranch) || wanted.DefaultBranch.Length > 250)
            return new("defaultBranch", "must name a branch, main for example.");
        if (!Uri.TryCreate(wanted.CloneUrl, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http" or "file")
            || url.UserInfo.Length > 0)
            return new("cloneUrl", "must be an https://, http:// or file:// URL without credentials.");
        if (wanted.BaseUrl is { } baseUrl
            && !(Uri.TryCreate(baseUrl, UriKind.Absolute, out var forge) && forge.Scheme is "http" or "https"))
            return new("baseUrl", "must be the forge's http(s) address.");
        return null;
    }

    private static bool IsName(string? text) =>
        text is { Length: > 0 and <= 100 } && !text.Any(c => c is '/' or '\\' || char.IsWhiteSpace(c) || char.IsControl(c));
}
