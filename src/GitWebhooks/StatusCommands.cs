using Hangfire;
using Microsoft.Extensions.Options;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks;

/// <summary>Tells the forge how a commit is doing.</summary>
public sealed class StatusCommands(
    StatusStore store, IBackgroundJobClient jobs, TimeProvider time, IOptions<GitWebhooksOptions> options)
{
    /// <summary>GitHub cuts nothing: a longer description is refused (422).</summary>
    public const int MaxDescription = 140;

    /// <summary>
    /// Writes the report and starts sending it, in the ambient transaction or one of its own. The newest report of a context wins;
    /// the same report twice changes nothing.
    /// </summary>
    /// <param name="context"><c>pipeline/build</c>, <c>pipeline/&lt;stage&gt;</c>: never a number or a time in it.</param>
    /// <param name="description">Cut to 140 characters: say the reason first.</param>
    /// <param name="targetPath">Path on this server, <c>/builds/…</c>.</param>
    public Task ReportAsync(
        RepositoryId repository, CommitSha sha, string context, CommitState state, string description, string targetPath,
        CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                var target = $"{options.Value.PublicUrl.TrimEnd('/')}/{targetPath.TrimStart('/')}";
                var changed = await store.ReportAsync(repository, sha, context, state, Fit(description), target, time.GetUtcNow(), token);
                if (changed is { } id)
                    jobs.Enqueue<SendStatusJob>(j => j.ExecuteAsync(id, CancellationToken.None));
            },
            ct);

    /// <summary>One line of at most 140 characters; never half a surrogate pair.</summary>
    public static string Fit(string description)
    {
        var line = string.Join(
            ' ', description.Replace("\0", "", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= MaxDescription)
            return line;
        var end = MaxDescription - 1;
        if (char.IsHighSurrogate(line[end - 1]))
            end--;
        return line[..end] + "…";
    }
}
