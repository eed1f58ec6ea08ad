using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Jobs;

namespace Pipeline.Server.Jobs;

/// <summary>
/// Brings one status of a commit up to date with the journal. It reads what is newest instead of being told: jobs run side by side, and
/// a late <i>pending</i> must not cover a <i>success</i>.
/// </summary>
[DurableJob]
public sealed class ReportStatusJob(StatusCommands statuses, JournalReader journal)
{
    private const int Page = 200;

    /// <summary>Reports the newest state of one context of the commit; twice changes nothing.</summary>
    public async Task ExecuteAsync(Guid repositoryId, string sha, string context, CancellationToken ct)
    {
        var repository = new RepositoryId(repositoryId);
        var commit = CommitSha.Parse(sha);
        if (await NewestAsync(new JournalSubject { Repository = repository, Commit = commit }, context, ct) is { } report)
            await statuses.ReportAsync(
                Caller.System("statuses"),
                new NewCommitStatus(repository, commit, context, report.State, report.Description, $"/commits/{commit}"), ct);
    }

    private async Task<StatusReport?> NewestAsync(JournalSubject subject, string context, CancellationToken ct)
    {
        long? before = null;
        while (true)
        {
            var entries = await journal.AboutAsync(subject, before, Page, ct);
            foreach (var entry in entries)
            {
                if (StatusReport.Of(entry.Event) is { } report && report.Context == context)
                    return report;
            }

            if (entries.Count < Page)
                return null;
            before = entries[^1].Id;
        }
    }
}
