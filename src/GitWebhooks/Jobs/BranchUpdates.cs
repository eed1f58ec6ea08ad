using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Writes what a push means for its branch, in one transaction: commits, head, the delivery's end and the event.</summary>
internal sealed class BranchUpdates(
    DeliveryStore deliveries, CommitStore commits, PushStore pushes, PushWalks walks, Journal journal, TimeProvider time)
{
    /// <param name="delivery">The delivery that is processed.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="push">Of a branch, with a commit that the mirror holds.</param>
    /// <param name="remote">What the remote says the branch points to now.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>What became of it, as the delivery shows it.</returns>
    public async Task<string> PushAsync(
        RawDelivery delivery, Repository repository, PushPayload push, CommitSha? remote, CancellationToken ct)
    {
        while (true)
        {
            // A long history takes longer to walk than a transaction may wait: git is asked before, and again when the branch moved since.
            var walk = walks.Read(repository, push, await pushes.HeadsAsync(repository.Id, push.Branch!, ct));
            var outcome = await Transactions.InTransactionAsync(
                token => WriteAsync(delivery, repository, push, remote, walk, token), ct);
            if (outcome is not null)
                return outcome;
        }
    }

    private async Task<string?> WriteAsync(
        RawDelivery delivery, Repository repository, PushPayload push, CommitSha? remote, PushWalk walk, CancellationToken ct)
    {
        var (branch, after, now) = (push.Branch!, push.After!.Value, time.GetUtcNow());
        var known = await pushes.LockAsync(repository.Id, branch, now, ct);
        if (known.Head != walk.Head)
            return null;
        var plan = BranchPlanner.Plan(
            after, push.Before, push.Forced, delivery.ReceivedAt, known.Head, known.HeadReceivedAt, remote, walk.IsAncestor);
        await commits.SaveAsync(repository.Id, branch, walk.Commits, after, push.Pusher, ct);
        if (plan.MoveHead)
            await pushes.MoveAsync(repository.Id, branch, after, delivery.ReceivedAt, now, ct);
        var first = plan.Announce && await pushes.InsertAsync(repository.Id, push, plan.Forced, delivery, ct);
        var outcome = plan.Announce && !first ? Again(plan, branch, after) : plan.Outcome + walk.Note;
        await deliveries.FinishAsync(delivery.Id, "processed", outcome, repository.Id, push.Ref, now, ct);
        var subject = new JournalSubject { Repository = repository.Id, Commit = after };
        if (first)
        {
            await journal.AppendAsync(
                new CommitPushed(repository.Id, branch, after, push.Before, plan.Forced, push.Pusher, delivery.Id.ToString()),
                Actor.Webhook(push.Pusher), subject, ct);
        }
        else if (plan is { Announce: true, MoveHead: true })
            await journal.AppendAsync(new ActionRecorded("branch.move", branch, outcome), Actor.Webhook(push.Pusher), subject, ct);
        return outcome;
    }

    // A branch that is set back, or made again, where it was before.
    private static string Again(BranchPlan plan, string branch, CommitSha after) => plan.MoveHead
        ? $"{branch} is at {after.Short} again, which was pushed to it before: it is not built again, and its release is not offered again"
            + " by itself. Retry its build, or promote its release by hand."
        : "pushed to this branch before";

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
}
