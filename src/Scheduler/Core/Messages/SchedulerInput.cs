using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>What the machine handles: commands, events of the master, results of probes, and failed sends.</summary>
internal abstract record SchedulerInput;

internal sealed record MasterEventReceived(MasterEvent Event) : SchedulerInput;

/// <summary>One try of a readiness check. <paramref name="Detail"/> is the first kilobyte of the body, or the error.</summary>
/// <param name="Refused">Nothing listened: the program may still be starting.</param>
internal sealed record ProbeCompleted(
    string TaskId, DateTimeOffset At, TimeSpan Took, bool Passed, int? Status, string? Detail, bool Refused = false) : SchedulerInput;

/// <summary>The call did not reach the master, or it refused it. Nothing is known about its effect.</summary>
internal sealed record SendFailed(MasterCall Call, string Error) : SchedulerInput;

/// <summary>The answer to <see cref="LookUp"/>: a task that the master knows and the state does not hold.</summary>
/// <param name="Known">It is in our database.</param>
internal sealed record TaskLookedUp(string TaskId, string? AgentId, bool Known) : SchedulerInput;

/// <summary>Time passed.</summary>
internal sealed record Tick : SchedulerInput;
