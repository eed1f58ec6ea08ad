using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>Something to do after the rows are durable.</summary>
internal abstract record Outgoing;

internal sealed record Call(MasterCall Message) : Outgoing;

/// <summary>ACCEPT: launches the tasks on all offers of their agent; the rest of the offers is declined for
/// <paramref name="Refuse"/>.</summary>
internal sealed record Launch(string AgentId, IReadOnlyList<string> OfferIds, IReadOnlyList<(TaskRecord Task, DeploySpec Spec)> Tasks,
    TimeSpan Refuse) : Outgoing;

/// <summary>One try of a readiness check; comes back as <see cref="ProbeCompleted"/>, always.</summary>
/// <param name="HttpPath">Null: TCP connect.</param>
internal sealed record RunProbe(string TaskId, string Address, int Port, string? HttpPath, TimeSpan Timeout, bool Https = false)
    : Outgoing;

/// <summary>Is this task, which the master knows and we do not hold, one of ours? Comes back as <see cref="TaskLookedUp"/>.</summary>
internal sealed record LookUp(string TaskId, string? AgentId) : Outgoing;
