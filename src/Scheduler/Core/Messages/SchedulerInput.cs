using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>Everything the machine can hear: commands, the master, answers of probes, and how sends went.</summary>
internal abstract record SchedulerInput;

internal sealed record MasterSaid(MasterEvent Event) : SchedulerInput;

/// <summary>A command whose asker waits for the outcome, under this number.</summary>
internal sealed record Commanded(long Id, SchedulerCommand Command) : SchedulerInput;

/// <summary>A command whose run or deploy is in the database already: the same id twice changes nothing.</summary>
internal sealed record AlreadyDone(long Id, SchedulerCommand Command) : SchedulerInput;

/// <summary>One try of a readiness check. <paramref name="Detail"/> is the first kilobyte of the body, or the error.</summary>
/// <param name="Refused">Nothing listened: the program may still be starting.</param>
internal sealed record ProbeAnswered(
    string TaskId, DateTimeOffset At, TimeSpan Took, bool Passed, int? Status, string? Detail, bool Refused = false) : SchedulerInput;

/// <summary>The call did not reach the master, or it refused it. Nothing is known about its effect.</summary>
internal sealed record SendFailed(MasterCall Call, string Error) : SchedulerInput;

/// <summary>The answer to <see cref="LookUp"/>: a task that the master knows and the machine does not hold.</summary>
/// <param name="Known">It is in our database.</param>
internal sealed record LookedUp(string TaskId, string? AgentId, bool Known) : SchedulerInput;

/// <summary>Time passed.</summary>
internal sealed record Tick : SchedulerInput;
