using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// Keeps poison messages from the machine: filters out what is in quarantine, and puts there what a step threw on. A machine that threw is
/// in an unknown state, so its term ends; the next begins from the rows, without the culprit.
/// </summary>
internal sealed class QuarantineGuard(QuarantineStore quarantine, QuarantinedIds quarantined, LoopTelemetry telemetry, LoopTerm term)
{
    /// <summary>One offer an event, so that a bad one is known by its agent; nothing that is in quarantine.</summary>
    public IEnumerable<SchedulerInput> Admit(SchedulerInput input) => input switch
    {
        MasterEventReceived { Event: OffersReceived received } => received.Offers
            .Where(o => !quarantined.Contains(QuarantineKind.Agent, o.AgentId))
            .Select(o => new MasterEventReceived(new OffersReceived([o]))),
        MasterEventReceived { Event: TaskUpdated { Status.TaskId: var id } } when quarantined.Contains(QuarantineKind.Task, id) => [],
        // PostgreSQL stores every text but NUL, and a task may send anything.
        MasterEventReceived { Event: TaskUpdated { Status: { Message: { } text } status } } when text.Contains('\0',
            StringComparison.Ordinal) =>
            [new MasterEventReceived(new TaskUpdated(status with { Message = text.Replace('\0', '\uFFFD') }))],
        _ => [input],
    };

    /// <summary>Why a queued command must not reach the machine; null when it may.</summary>
    public string? RefusalOf(QueuedCommand item) => item.Command switch
    {
        null => item.Error,
        SubmitRunCommand { Run.RequestId: var id } when quarantined.Contains(QuarantineKind.Request,
            id) => $"its request {id} is in quarantine",
        SubmitDeployCommand { Deploy.RequestId: var id } when quarantined.Contains(QuarantineKind.Request, id) =>
            $"its request {id} is in quarantine",
        _ => null,
    };

    public Task RefuseAsync(IReadOnlyList<QueuedCommand> items, CancellationToken ct) => items.Count == 0
        ? Task.CompletedTask
        : PutAsync([.. items.Select(i => new QuarantineEntry(QuarantineKind.Command, i.SubjectId, RefusalOf(i)!, i.Payload))], items, ct);

    /// <summary>Puts the culprit into quarantine; always throws.</summary>
    /// <param name="machine">The machine after the step.</param>
    /// <param name="handled">An input, the id that a timer woke, or null: then only that it happened is known.</param>
    /// <param name="queued">The commands of the step.</param>
    /// <param name="thrown">What was thrown.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="TermEndedException">The next term begins without the culprit.</exception>
    public async Task QuarantineAsync(
        ClusterMachine machine, object? handled, IReadOnlyList<QueuedCommand> queued, Exception thrown, CancellationToken ct)
    {
        var command = handled switch
        {
            CommandReceived answered => answered.Command,
            SchedulerCommand plain => plain,
            _ => null,
        };
        var item = command is null ? null : queued.FirstOrDefault(i => ReferenceEquals(i.Command, command));
        var entry = item is null
            ? Culprit(machine, handled, thrown)
            : new QuarantineEntry(QuarantineKind.Command, item.SubjectId, Reason(thrown), item.Payload);
        await PutAsync([entry], item is null ? [] : [item], ct);
        throw new TermEndedException($"{entry.Kind.ToString().ToLowerInvariant()} {entry.SubjectId} was put into quarantine", thrown);
    }

    private async Task PutAsync(IReadOnlyList<QuarantineEntry> entries, IReadOnlyList<QueuedCommand> items, CancellationToken ct)
    {
        await quarantine.PutAsync(term.Cluster, term.Epoch, entries, [.. items.Select(i => i.Id)], ct);
        telemetry.Quarantined(entries.Count);
    }

    private static QuarantineEntry Culprit(ClusterMachine machine, object? handled, Exception thrown)
    {
        var reason = Reason(thrown);
        return handled switch
        {
            MasterEventReceived { Event: TaskUpdated { Status: var status } } =>
                new QuarantineEntry(QuarantineKind.Task, status.TaskId, reason, JsonSerializer.Serialize(status, StoredJson.Options)),
            MasterEventReceived { Event: OffersReceived { Offers: [var offer] } } =>
                new QuarantineEntry(QuarantineKind.Agent, offer.AgentId, reason, JsonSerializer.Serialize(offer, StoredJson.Options)),
            SchedulerInput input => new QuarantineEntry(QuarantineKind.Event, input.GetType().Name, reason, input.ToString()),
            string id when machine.RequestOf(id) is { } request =>
                new QuarantineEntry(QuarantineKind.Request, request, reason, $"timer of {id}"),
            _ => new QuarantineEntry(QuarantineKind.Event, "step", reason),
        };
    }

    private static string Reason(Exception thrown) => $"{thrown.GetType().Name}: {thrown.Message}";
}
