using Pipeline.Kernel.Events;

namespace Pipeline.Scheduler.Contract;

/// <summary>A task proved by its token that it is who it says. <paramref name="RunId"/> is the run or deploy it belongs to.</summary>
public sealed record RunnerIdentity(string Cluster, string TaskId, string RequestId, string RunId, JournalSubject Subject);
