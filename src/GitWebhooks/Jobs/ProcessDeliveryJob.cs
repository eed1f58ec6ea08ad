using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Turns a stored push delivery into commits, a branch head and <see cref="CommitPushed"/> or
/// <see cref="BranchDeleted"/>.</summary>
/// <remarks>Re-entrant: everything it writes commits together with the delivery's own end.</remarks>
public sealed class ProcessDeliveryJob
{
    private const int MaxCommits = 250;

    private readonly DeliveryStore deliveries;
    private readonly RepositoryCommands repositories;
    private readonly CommitStore commits;
    private readonly PushStore pushes;
    private readonly Mirror mirror;
    private readonly Journal journal;
    private readonly TimeProvider time;
    private readonly ILogger<ProcessDeliveryJob> logger;

    internal ProcessDeliveryJob(
        GitStores stores, RepositoryCommands repositories, Mirror mirror, Journal journal, TimeProvider time,
        ILogger<ProcessDeliveryJob> logger)
    {
        (deliveries, commits, pushes) = (stores.Deliveries, stores.Commits, stores.Pushes);
        (this.repositories, this.mirror, this.journal, this.time, this.logger) = (repositories, mirror, journal, time, logger);
    }

    public async Task ExecuteAsync(Guid deliveryId, CancellationToken ct)
    {
        if (await deliveries.BodyAsync(deliveryId, ct) is not { State: "received" } delivery)
            return;
        try
        {
            var push = PushPayload.Parse(delivery.Json);
            var repository = await repositories.ResolveAsync(push.Repository, $"webhook:{push.Pusher}", ct);
            var outcome = push.Branch is { } branch
                ? await (push.After is null ? DeleteAsync(
                    delivery, repository, push, branch, ct) : PushAsync(delivery, repository, push, branch, push.After.Value, ct))
                : await EndAsync(delivery, "ignored", $"{push.Ref} is no branch: nothing to build", repository.Id, push.Ref, ct);
            Log.DeliveryProcessed(logger, deliveryId, delivery.Event, outcome);
        }
        catch (PayloadException e)
        {
            await EndAsync(delivery, "rejected", e.Message, null, null, ct);
            Log.DeliveryProcessed(logger, deliveryId, delivery.Event, e.Message);
        }
    }

    private async Task<string> DeleteAsync(
        RawDelivery delivery, Repository repository, PushPayload push, string branch, CancellationToken ct)
    {
        if (await mirror.FetchBranchAsync(repository, branch, ct) is { } alive)
            return await EndAsync(delivery, "processed", $"the branch exists again at {alive.Short}", repository.Id, push.Ref, ct);
        return await Transactions.InTransactionAsync(
            async token =>
            {
                var now = time.GetUtcNow();
                var known = await pushes.LockAsync(repository.Id, branch, now, token);
                if (known.Head is not null)
                    await pushes.MoveAsync(repository.Id, branch, null, delivery.ReceivedAt, now, token);
                var outcome = await EndAsync(
                    delivery, "processed", known.Head is null ? "branch unknown or deleted before" : "branch deleted",
                    repository.Id, push.Ref, token);
                if (known.Head is not null)
                    await journal.AppendAsync(
                        new BranchDeleted(repository.Id, branch, delivery.Id.ToString()), Actor.Webhook(push.Pusher),
                        new JournalSubject { Repository = repository.Id }, token);
                return outcome;
            },
            ct);
    }

    private async Task<string> PushAsync(
        RawDelivery delivery, Repository repository, PushPayload push, string branch, CommitSha after, CancellationToken ct)
    {
        var remote = await mirror.FetchBranchAsync(repository, branch, ct);
        if (!await mirror.FetchCommitAsync(repository, after, ct))
            return await EndAsync(delivery, "processed", $"{after.Short} is not on the remote any more", repository.Id, push.Ref, ct);
        return await Transactions.InTransactionAsync(
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
                var outcome = await EndAsync(
                    delivery, "processed", plan.Announce && !first
                        ? "pushed to this branch before"
                        : plan.Outcome, repository.Id, push.Ref, token);
                if (first)
                    await journal.AppendAsync(
                        new CommitPushed(repository.Id, branch, after, push.Before, plan.Forced, push.Pusher, delivery.Id.ToString()),
                        Actor.Webhook(push.Pusher),
                        new JournalSubject { Repository = repository.Id, Commit = after },
                        token);
                return outcome;
            },
            ct);
    }

    private IReadOnlyList<CommitFacts> NewCommits(Repository repository, CommitSha? from, CommitSha after)
    {
        var log = mirror.Log(repository.Id, from == after ? null : from, after, from is null ? 50 : MaxCommits);
        // A branch set back to an old commit brings nothing new, yet its head must be known.
        return log.Count > 0 ? log : [mirror.Facts(repository.Id, after)];
    }

    private async Task<string> EndAsync(
        RawDelivery delivery, string state, string outcome, RepositoryId? repository, string? @ref, CancellationToken ct)
    {
        await deliveries.FinishAsync(delivery.Id, state, outcome, repository, @ref, time.GetUtcNow(), ct);
        return outcome;
    }
}

/// <summary>The stores that one delivery writes to.</summary>
internal sealed record GitStores(DeliveryStore Deliveries, CommitStore Commits, PushStore Pushes);
