using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Writes what a push means for its branch, in one transaction: commits, head, the delivery's end and the event.</summary>
internal sealed class BranchUpdates(
    DeliveryStore deliveries, CommitStore commits, PushStore pushes, Mirror mirror, Journal journal, TimeProvider time)
{
    private const int MaxCommits = 250;
    private const int MaxCommitsOfNewBranch = 50;

    /// <param name="delivery">The delivery that is processed.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="push">Of a branch, with a commit that the mirror holds.</param>
    /// <param name="remote">What the remote says the branch points to now.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>What became of it, as the delivery shows it.</returns>
    public Task<string> PushAsync(
        RawDelivery delivery, Repository repository, PushPayload push, CommitSha? remote, CancellationToken ct)
    {
        Invariant.Require(push.Branch is not null && push.After is not null);
        var (branch, after) = (push.Branch, push.After.Value);
        return Transactions.InTransactionAsync(
            async token =>
            {
                var now = time.GetUtcNow();
                var known = await pushes.LockAsync(repository.Id, branch, now, token);
                var plan = BranchPlanner.Plan(
                    after, push.Before, push.Forced, delivery.ReceivedAt, known.Head, known.HeadReceivedAt, remote,
                    (ancestor, descendant) => mirror.IsAncestor(repository.Id, ancestor, descendant));
                await commits.SaveAsync(
                    repository.Id, branch, NewCommits(repository, push.Before ?? known.Head, after), after, push.Pusher, token);
                if (plan.MoveHead)
                    await pushes.MoveAsync(repository.Id, branch, after, delivery.ReceivedAt, now, token);
                var first = plan.Announce && await pushes.InsertAsync(repository.Id, push, plan.Forced, delivery, token);
                var outcome = plan.Announce && !first ? "pushed to this branch before" : plan.Outcome;
                await deliveries.FinishAsync(delivery.Id, "processed", outcome, repository.Id, push.Ref, now, token);
                if (first)
                {
                    await journal.AppendAsync(
                        new CommitPushed(repository.Id, branch, after, push.Before, plan.Forced, push.Pusher, delivery.Id.ToString()),
                        Actor.Webhook(push.Pusher), new JournalSubject { Repository = repository.Id, Commit = after }, token);
                }

                return outcome;
            },
            ct);
    }

    /// <summary>The branch is gone, here and on the remote.</summary>
    /// <returns>What became of it, as the delivery shows it.</returns>
    public Task<string> DeleteAsync(RawDelivery delivery, Repository repository, PushPayload push, CancellationToken ct)
    {
        Invariant.Require(push.Branch is not null);
        var branch = push.Branch;
        return Transactions.InTransactionAsync(
            async token =>
            {
                var now = time.GetUtcNow();
                var known = await pushes.LockAsync(repository.Id, branch, now, token);
                var outcome = known.Head is null ? "branch unknown or deleted before" : "branch deleted";
                await deliveries.FinishAsync(delivery.Id, "processed", outcome, repository.Id, push.Ref, now, token);
                if (known.Head is null)
                    return outcome;
                await pushes.MoveAsync(repository.Id, branch, null, delivery.ReceivedAt, now, token);
                await journal.AppendAsync(
                    new BranchDeleted(repository.Id, branch, delivery.Id.ToString()), Actor.Webhook(push.Pusher),
                    new JournalSubject { Repository = repository.Id }, token);
                return outcome;
            },
            ct);
    }

    private IReadOnlyList<CommitFacts> NewCommits(Repository repository, CommitSha? from, CommitSha after)
    {
        var log = mirror.Log(repository.Id, from == after ? null : from, after, from is null ? MaxCommitsOfNewBranch : MaxCommits);
        // A branch set back to an old commit brings nothing new, yet its head must be known.
        return log.Count > 0 ? log : [mirror.Facts(repository.Id, after)];
    }
}
