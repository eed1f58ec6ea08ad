using Pipeline.Kernel.Events;
using Pipeline.Kernel;

namespace Pipeline.Scheduler.Contract.Events;

/// <summary>The task is about to be launched on an agent.</summary>
public sealed record TaskLaunched(string Cluster, string RequestId, string DeployId, string TaskId, string AgentId, string Host)
    : JournalEvent;

/// <summary>The agent reported that the task runs.</summary>
public sealed record TaskRunning(string Cluster, string RequestId, string DeployId, string TaskId) : JournalEvent;

/// <summary>The task passed its readiness check, or has none and runs.</summary>
public sealed record TaskHealthy(string Cluster, string RequestId, string DeployId, string TaskId) : JournalEvent;

/// <summary>The task reached a terminal state. For a run-once request this is the end of the run unless the scheduler replaces
/// it.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="DeployId">The deploy or run that it belongs to.</param>
/// <param name="TaskId">The task's id.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Class">Whose fault the failure is.</param>
/// <param name="ExitCode">Known only when the executor's message states it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Final">False when the scheduler starts another attempt (infrastructure failures, services).</param>
public sealed record TaskFinished(
    string Cluster, string RequestId, string DeployId, string TaskId,
    Outcome Outcome, FailureClass? Class, int? ExitCode, string Reason, bool Final) : JournalEvent;
