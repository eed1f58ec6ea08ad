namespace Pipeline.Scheduler.Core.Messages;

/// <summary>A command whose caller waits for the outcome, under this number.</summary>
internal sealed record CommandReceived(long Id, SchedulerCommand Command) : SchedulerInput;

/// <summary>A command whose run or deploy is already in the database: the same id twice changes nothing.</summary>
internal sealed record CommandRepeated(long Id, SchedulerCommand Command) : SchedulerInput;
