using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Sends the newest report of one status row; what fails waits in the row for the sweep.</summary>
internal sealed class SendStatusJob(
    StatusStore statuses, RepositoryStore repositories, GitHubStatuses github, Journal journal, TimeProvider time,
    ILogger<SendStatusJob> logger)
{
    private const int MaxAttempts = 12;

    public async Task ExecuteAsync(Guid statusId, CancellationToken ct)
    {
        // A report that arrives while the one before is on its way is sent by the next turn, never overtaken by it.
        while (await statuses.GetAsync(statusId, ct) is { Result: "waiting" } status)
        {
            var repository = await repositories.GetAsync(new RepositoryId(status.RepositoryId), ct);
            Invariant.Require(repository is not null);
            if (await SettleAsync(status, await github.SendAsync(repository, status, ct), ct))
                return;
        }
    }

    private Task<bool> SettleAsync(CommitStatus status, SendOutcome outcome, CancellationToken ct) => outcome switch
    {
        SendOutcome.Sent => EndAsync(status, "sent", null, ct),
        SendOutcome.Skipped s => EndAsync(status, "skipped", s.Reason, ct),
        SendOutcome.Refused r => EndAsync(status, "failed", r.Reason, ct),
        SendOutcome.TryAgain t when status.Attempts + 1 >= MaxAttempts =>
            EndAsync(status, "failed", $"{t.Reason} Given up after {MaxAttempts} tries.", ct),
        SendOutcome.TryAgain t => WaitAsync(status, t, ct),
        _ => throw new InvariantViolatedException($"Unknown outcome {outcome}."),
    };

    // The row waits, through restarts too: a retry of Polly would end with the process.
    private async Task<bool> WaitAsync(CommitStatus status, SendOutcome.TryAgain again, CancellationToken ct)
    {
        Log.StatusNotSent(logger, status.Context, status.Sha, status.Attempts + 1, again.Reason);
        var backoff = time.GetUtcNow().AddSeconds(Math.Min(2 << Math.Min(status.Attempts, 10), 600));
        var wake = again.NotBefore is { } requested && requested > backoff ? requested : backoff;
        return await statuses.SettleAsync(status, "waiting", again.Reason, wake, ct);
    }

    private Task<bool> EndAsync(CommitStatus status, string result, string? reason, CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                if (!await statuses.SettleAsync(status, result, reason, null, token))
                    return false;
                var (repository, sha) = (new RepositoryId(status.RepositoryId), CommitSha.Parse(status.Sha));
                await journal.AppendAsync(
                    new StatusReported(repository, sha, status.Context, StatusStore.Name(status.State), result, reason),
                    Actor.System("statuses"),
                    new JournalSubject { Repository = repository, Commit = sha },
                    token);
                return true;
            },
            ct);
}
