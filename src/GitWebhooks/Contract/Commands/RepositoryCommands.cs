using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Contract.Commands;

/// <summary>Registers repositories with a clone URL of the caller's choice.</summary>
public sealed class RepositoryCommands
{
    private readonly RepositoryWriter writer;
    private readonly Journal journal;
    private readonly TimeProvider time;
    private readonly ILogger<RepositoryCommands> logger;

    internal RepositoryCommands(RepositoryWriter writer, Journal journal, TimeProvider time, ILogger<RepositoryCommands> logger) =>
        (this.writer, this.journal, this.time, this.logger) = (writer, journal, time, logger);

    /// <summary>Registers the repository, or changes the one with the same forge and numeric id.
    /// Needs <see cref="Permission.Administer"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not administer.</exception>
    public async Task<AddRepositoryOutcome> AddAsync(Caller caller, AddRepository repository, CancellationToken ct)
    {
        caller.Require(Permission.Administer);
        if (Problem(repository) is { } invalid)
            return invalid;
        return await Transactions.InTransactionAsync<AddRepositoryOutcome>(
            async token =>
            {
                var id = RepositoryId.New(time.GetUtcNow());
                var saved = await writer.SaveAsync(id, repository, pinned: true, caller.Actor.ToString(), token);
                await journal.AppendAsync(
                    new ActionRecorded("repository.add", saved.FullName, null), caller.Actor,
                    new JournalSubject { Repository = saved.Id }, token);
                Log.RepositoryAdded(logger, saved.Id.Value, saved.FullName);
                return new AddRepositoryOutcome.Added(saved, saved.Id == id);
            },
            ct);
    }

    private static AddRepositoryOutcome.Invalid? Problem(AddRepository repository)
    {
        if (repository.ForgeId <= 0)
            return new("forgeId", "must be the forge's positive numeric id of the repository.");
        if (!ForgeNames.IsOwnerOrRepository(repository.Owner))
            return new("owner", "must be 1 to 100 characters without slash or space.");
        if (!ForgeNames.IsOwnerOrRepository(repository.Name))
            return new("name", "must be 1 to 100 characters without slash or space.");
        if (repository.DefaultBranch is not { Length: > 0 and <= 250 } branch || !ForgeNames.IsBranch(branch))
            return new("defaultBranch", "must name a branch, main for example.");
        if (UrlOf(repository.CloneUrl, "https", "http", "file") is not { UserInfo.Length: 0 })
            return new("cloneUrl", "must be an https://, http:// or file:// URL without credentials.");
        if (repository.BaseUrl is { } baseUrl && UrlOf(baseUrl, "https", "http") is null)
            return new("baseUrl", "must be the forge's http(s) address.");
        if (repository.WebUrl is { } webUrl && UrlOf(webUrl, "https", "http") is null)
            return new("webUrl", "must be the http(s) address where people see the repository.");
        return null;
    }

    // A path or a text with spaces around it is a URL to the parser, and not to git.
    private static Uri? UrlOf(string? text, params string[] schemes) =>
        text is not null && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            && Uri.TryCreate(text, UriKind.Absolute, out var url) && schemes.Contains(url.Scheme)
            && text.StartsWith($"{url.Scheme}://", StringComparison.OrdinalIgnoreCase) ? url : null;
}
