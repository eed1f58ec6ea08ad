using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.Scheduler.Contract;

public sealed record TaskLaunched(string Cluster, string RequestId, string DeployId, string TaskId, string AgentId, string Host) : JournalEvent;

public sealed record TaskRunning(string Cluster, string RequestId, string DeployId, string TaskId) : JournalEvent;

/// <summary>The task passed its readiness check, or has none and runs.</summary>
public sealed record TaskHealthy(string Cluster, string RequestId, string DeployId, string TaskId) : JournalEvent;

/// <summary>The task reached a terminal state. For a run-once request this is the end of the run unless the scheduler replaces it.</summary>
/// <param name="ExitCode">Known only when the executor's message told it.</param>
/// <param name="Final">False when the scheduler starts another attempt by itself (infra failures, services).</param>
public sealed record TaskFinished(
    string Cluster, string RequestId, string DeployId, string TaskId,
    Outcome Outcome, FailureClass? Class, int? ExitCode, string Reason, bool Final) : JournalEvent;

/// <summary>Every instance of the deploy is healthy and the old ones are gone.</summary>
public sealed record DeployHealthy(string Cluster, string RequestId, string DeployId) : JournalEvent;

/// <summary>The deploy was given up; the instances of the one before it run on.</summary>
/// <param name="Code">Why, as a stable kebab-case word: <c>failed-health-checks</c>, <c>overdue</c> …</param>
public sealed record DeployFailed(
    string Cluster, string RequestId, string DeployId, FailureClass Class, string Reason, string? Code = null) : JournalEvent;

/// <summary>Somebody, or the passing of time, changed how a request runs: scale, pause, bounce, cooldown …</summary>
/// <param name="What">A kebab-case word: <c>scaled</c>, <c>scale-ended</c>, <c>paused</c> …</param>
/// <param name="Detail">What exactly, in a sentence.</param>
/// <param name="Reason">As the actor gave it.</param>
public sealed record RequestChanged(
    string Cluster, string RequestId, string What, string Detail, string? Reason, DateTimeOffset? Until) : JournalEvent;

public sealed record AgentLost(string Cluster, string AgentId, string Host, string Reason) : JournalEvent;

/// <summary>Somebody, or the passing of time, changed how an agent or a rack is used.</summary>
/// <param name="Machine"><c>agent</c> or <c>rack</c>.</param>
/// <param name="Name">The host, or the rack.</param>
/// <param name="State"><c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>.</param>
/// <param name="Detail">In a sentence.</param>
/// <param name="Reason">As the actor gave it.</param>
public sealed record MachineChanged(
    string Cluster, string Machine, string Name, string State, string Detail, string? Reason, DateTimeOffset? Until) : JournalEvent;

/// <summary>Connection, leadership or operator's action on a cluster.</summary>
public sealed record ClusterChanged(string Cluster, string What) : JournalEvent;
