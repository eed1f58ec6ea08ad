using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// Between the loop and the machine: keeps out what is set aside, and finds what a step threw on. A machine that threw is in no known
/// state, so its term ends; the next begins from the rows, without the culprit.
/// </summary>
internal sealed class Border(QuarantineStore quarantine, SetAside aside, string cluster, long epoch)
{
    /// <summary>One offer an event, so that a bad one is known by its agent; nothing of what is set aside.</summary>
    public IEnumerable<SchedulerInput> Admit(SchedulerInput input) => input switch
    {
        MasterEventReceived { Event: OffersReceived received } => received.Offers
            .Where(o => !aside.Holds(QuarantineKind.Agent, o.AgentId))
            .Select(o => new MasterEventReceived(new OffersReceived([o]))),
        MasterEventReceived { Event: TaskUpdated { Status.TaskId: var id } } when aside.Holds(QuarantineKind.Task, id) => [],
        // PostgreSQL holds every text but NUL, and a task may say anything.
        MasterEventReceived { Event: TaskUpdated { Status: { Message: { } text } status } } when text.Contains('\0', StringComparison.Ordinal) =>
            [new MasterEventReceived(new TaskUpdated(status with { Message = text.Replace('\0', '\uFFFD') }))],
        _ => [input],
    };

    /// <summary>Why a row of the intake must not reach the machine; null when it may.</summary>
    public string? Refuses(IntakeItem item) => item.Command switch
    {
        null => item.Error,
        SubmitRunCommand { Run.RequestId: var id } when aside.Holds(QuarantineKind.Request, id) => $"its request {id} is set aside",
        SubmitDeployCommand { Deploy.RequestId: var id } when aside.Holds(QuarantineKind.Request, id) => $"its request {id} is set aside",
        _ => null,
    };

    public Task RefuseAsync(IReadOnlyList<IntakeItem> items, CancellationToken ct) => items.Count == 0
        ? Task.CompletedTask
        : quarantine.PutAsync(
            cluster, epoch, [.. items.Select(i => new QuarantineEntry(QuarantineKind.Command, i.SubjectId, Refuses(i)!, i.Payload))],
            [.. items.Select(i => i.Id)], ct);

    /// <summary>Writes down what could not be digested; always throws.</summary>
    /// <param name="heard">An input, the id of what time woke, or null: then only that it happened is known.</param>
    public async Task SetAsideAsync(
        ClusterMachine machine, object? heard, IReadOnlyList<IntakeItem> intake, Exception thrown, CancellationToken ct)
    {
        var command = heard switch
        {
            CommandReceived asked => asked.Command,
            SchedulerCommand plain => plain,
            _ => null,
        };
        var item = command is null ? null : intake.FirstOrDefault(i => ReferenceEquals(i.Command, command));
        var entry = item is null
            ? Culprit(machine, heard, thrown)
            : new QuarantineEntry(QuarantineKind.Command, item.SubjectId, Reason(thrown), item.Payload);
        await quarantine.PutAsync(cluster, epoch, [entry], item is null ? [] : [item.Id], ct);
        throw new TermEndedException($"{entry.Kind} {entry.SubjectId} is set aside", thrown);
    }

    private static QuarantineEntry Culprit(ClusterMachine machine, object? heard, Exception thrown)
    {
        var reason = Reason(thrown);
        return heard switch
        {
            MasterEventReceived { Event: TaskUpdated { Status: var status } } =>
                new QuarantineEntry(QuarantineKind.Task, status.TaskId, reason, JsonSerializer.Serialize(status, StoredJson.Options)),
            MasterEventReceived { Event: OffersReceived { Offers: [var offer] } } =>
                new QuarantineEntry(QuarantineKind.Agent, offer.AgentId, reason, JsonSerializer.Serialize(offer, StoredJson.Options)),
            SchedulerInput input => new QuarantineEntry(QuarantineKind.Event, input.GetType().Name, reason, input.ToString()),
            string id when machine.RequestOf(id) is { } request => new QuarantineEntry(QuarantineKind.Request, request, reason, $"woken for {id}"),
            _ => new QuarantineEntry(QuarantineKind.Event, "step", reason),
        };
    }

    private static string Reason(Exception thrown) => $"{thrown.GetType().Name}: {thrown.Message}";
}
