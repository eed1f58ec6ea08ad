using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Turns a stored push delivery into commits, a branch head and <see cref="CommitPushed"/> or
/// <see cref="BranchDeleted"/>.</summary>
/// <remarks>Re-entrant: everything it writes commits together with the delivery's own end.</remarks>
internal sealed class ProcessDeliveryJob(
    DeliveryStore deliveries, PushedRepositories repositories, Mirror mirror, BranchUpdates branches, TimeProvider time,
    ILogger<ProcessDeliveryJob> logger)
{
    public async Task ExecuteAsync(Guid deliveryId, CancellationToken ct)
    {
        if (await deliveries.BodyAsync(deliveryId, ct) is not { State: "received" } delivery)
            return;
        string outcome;
        try
        {
            outcome = await ProcessAsync(delivery, ct);
        }
        catch (PayloadException e)
        {
            outcome = e.Message;
            await deliveries.FinishAsync(deliveryId, "rejected", outcome, null, null, time.GetUtcNow(), ct);
        }

        Log.DeliveryProcessed(logger, deliveryId, delivery.Event, outcome);
    }

    private async Task<string> ProcessAsync(RawDelivery delivery, CancellationToken ct)
    {
        var push = PushPayload.Parse(delivery.Json);
        var repository = await repositories.ResolveAsync(push.Repository, $"webhook:{push.Pusher}", ct);
        if (push.Branch is not { } branch)
            return await EndAsync(delivery, "ignored", $"{push.Ref} is not a branch: nothing to build", repository, push, ct);
        var remote = await mirror.FetchBranchAsync(repository, branch, ct);
        if (push.After is { } after)
        {
            return await mirror.FetchCommitAsync(repository, after, ct)
                ? await branches.PushAsync(delivery, repository, push, remote, ct)
                : await EndAsync(delivery, "processed", $"{after.Short} is no longer on the remote", repository, push, ct);
        }

        return remote is { } alive
            ? await EndAsync(delivery, "processed", $"the branch exists again at {alive.Short}", repository, push, ct)
            : await branches.DeleteAsync(delivery, repository, push, ct);
    }

    private async Task<string> EndAsync(
        RawDelivery delivery, string state, string outcome, Repository repository, PushPayload push, CancellationToken ct)
    {
        await deliveries.FinishAsync(delivery.Id, state, outcome, repository.Id, push.Ref, time.GetUtcNow(), ct);
        return outcome;
    }
}
