using System.Globalization;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Failures;

/// <summary>Facts of Mesos 1.11+ (observed transcripts and the reference): the exit status is only in the message.</summary>
internal static class FailureRules
{
    /// <summary>TaskRunner exits with it when another program listens on a port that the agent gave to the task (EX_UNAVAILABLE).</summary>
    public const int PortTakenExit = 69;

    /// <summary>TaskRunner exits with it when the artifact does not fit on the disk that the task asks for (EX_CANTCREAT).</summary>
    public const int TooLargeExit = 73;

    /// <summary>TaskRunner exits with it when the agent, its disk or the network failed, or a step asked for a retry (EX_TEMPFAIL). What a
    /// service exits with itself never reaches us as this number.</summary>
    public const int InfraExit = 75;

    /// <summary>TaskRunner exits with it when a digest or a statement does not verify.</summary>
    public const int SecurityExit = 76;

    /// <summary>TaskRunner exits with it when it finds no OpenSSL (EX_CONFIG).</summary>
    public const int ConfigExit = 78;

    private const string ExitMessage = "Command exited with status ";

    /// <param name="image">The image of its container; null when it has none.</param>
    public static TaskEnd Classify(TaskRecord task, RequestKind kind, TaskStatus status, string? image = null)
    {
        var exit = ExitOf(status.Message);
        var reason = Text(status);
        return status.State switch
        {
            TaskState.Finished when kind == RequestKind.RunOnce => new(TaskPhase.Finished, Outcome.Succeeded, null, exit, reason),
            _ when task.KillCause is { } cause => Killed(cause, task, status, exit),
            TaskState.Finished => new(TaskPhase.Finished, Outcome.Failed, FailureClass.App, exit, $"exited by itself: {reason}"),
            TaskState.Failed when exit == PortTakenExit => new(TaskPhase.Failed, Outcome.Failed, FailureClass.Infra, exit, Taken(task)),
            TaskState.Failed => Failed(status, exit, reason, image),
            TaskState.Killed when status.Healthy == false =>
                new(TaskPhase.Killed, Outcome.Failed, FailureClass.Health, exit, "killed by the agent: its health check failed"),
            TaskState.Killed => new(TaskPhase.Killed, Outcome.Failed, FailureClass.Infra, exit,
                ReasonOf(status) == "AGENT_DRAINING" ? "killed: the master drains its agent" : $"killed by another party: {reason}"),
            TaskState.Error => new(TaskPhase.Failed, Outcome.Failed, FailureClass.Config, exit, reason),
            _ => new(TaskPhase.Lost, Outcome.Failed, FailureClass.Infra, exit, reason, NeverRan: NeverRan(task, status)),
        };
    }

    /// <summary>It was unreachable for too long.</summary>
    public static TaskEnd OutOfReach(TaskRecord task, DeploySpec spec, DateTimeOffset now)
    {
        var lost = new TaskStatus(
            task.Id, TaskState.Unreachable, task.AgentId, null, null, $"agent {task.Host} was unreachable for too long", null, null, now,
                null, null);
        return Classify(task, spec.Kind, lost, spec.Image);
    }

    /// <summary>What the master would say of a task when it removed the framework.</summary>
    public static TaskStatus FrameworkRemoved(TaskRecord task, DateTimeOffset now) => new(
        task.Id, TaskState.Lost, task.AgentId, "SOURCE_MASTER", "REASON_FRAMEWORK_REMOVED",
        "the master removed the framework, and with it all its tasks", null, null, now, null, null);

    private static bool IsInfra(string reason) => reason is
        "AGENT_DISCONNECTED" or "AGENT_REMOVED" or "AGENT_RESTARTED" or "AGENT_UNKNOWN" or "AGENT_DRAINING" or "AGENT_REMOVED_BY_OPERATOR"
        or "AGENT_REREGISTERED" or "MASTER_DISCONNECTED" or "CONTAINER_PREEMPTED" or "EXECUTOR_REGISTRATION_TIMEOUT"
        or "EXECUTOR_TERMINATED" or "EXECUTOR_UNREGISTERED" or "FRAMEWORK_REMOVED" or "GC_ERROR" or "SLAVE_DISCONNECTED"
        or "SLAVE_REMOVED" or "SLAVE_RESTARTED" or "SLAVE_UNKNOWN";

    private static TaskEnd Failed(TaskStatus status, int? exit, string reason, string? image)
    {
        var code = ReasonOf(status);
        if (exit == SecurityExit)
            return new(TaskPhase.Failed, Outcome.Failed, FailureClass.Security, exit,
                "what it was to run failed verification on the agent");
        if (exit == TooLargeExit)
            return new(TaskPhase.Failed, Outcome.Failed, FailureClass.Config, exit,
                $"exit {TooLargeExit}: its artifact unpacks to more than the disk that it asks for. Raise resources.disk.");
        if (exit == ConfigExit && image is not null)
            return new(TaskPhase.Failed, Outcome.Failed, FailureClass.Config, exit,
                $"exit {ConfigExit}: not set up. The image '{image}' must have OpenSSL 3 (libssl.so.3), which every task starts with.");
        if (code is "CONTAINER_LAUNCH_FAILED" or "IMAGE_PULL_FAILED")
            return ImageRules.Judge(reason, image) ?? new(TaskPhase.Failed, Outcome.Failed, FailureClass.Config, exit, reason,
                MayBeInfra: true);
        return exit == InfraExit
            ? new(TaskPhase.Failed, Outcome.Failed, FailureClass.Infra, exit,
                $"exit {InfraExit}: the agent, its disk or the network failed, or a step asked for a retry (EX_TEMPFAIL)")
            : new(TaskPhase.Failed, Outcome.Failed, IsInfra(code) ? FailureClass.Infra : FailureClass.App, exit, reason);
    }

    private static string Taken(TaskRecord task)
    {
        var ports = string.Join(", ", task.Ports.Select(p => p.ToString(CultureInfo.InvariantCulture)));
        return $"exit {PortTakenExit}: another program on {task.Host} listens on "
            + (task.Ports.Count == 1 ? $"port {ports}, which was assigned to the task"
                : $"one of the ports assigned to the task ({ports})");
    }

    private static TaskEnd Killed(KillCause cause, TaskRecord task, TaskStatus status, int? exit)
    {
        var phase = status.State is TaskState.Lost or TaskState.Dropped or TaskState.Gone or TaskState.GoneByOperator
            or TaskState.Unreachable
            ? TaskPhase.Lost
            : TaskPhase.Killed;
        var reason = task.KillReason ?? "killed";
        return cause switch
        {
            KillCause.Retired or KillCause.Cancelled or KillCause.Operator or KillCause.Priority =>
                new(phase, Outcome.Cancelled, null, exit, reason),
            KillCause.NotStarted => new(phase, Outcome.Failed, FailureClass.Infra, exit, reason),
            KillCause.Unready => new(phase, Outcome.Failed, FailureClass.Health, exit, reason),
            KillCause.Machine => new(phase, Outcome.Failed, FailureClass.Infra, exit, reason),
            KillCause.Overtime => new(phase, Outcome.Failed, FailureClass.App, exit, reason),
        };
    }

    private static bool NeverRan(TaskRecord task, TaskStatus status) =>
        task.Phase == TaskPhase.Launching && ReasonOf(status) is "INVALID_OFFERS" or "RECONCILIATION";

    /// <summary>The kind of a failure that is the program's own, for the detection of crash loops.</summary>
    public static InstanceFailureKind KindOf(TaskRecord task, TaskEnd end)
    {
        if (end.Reason.Contains("memory limit", StringComparison.OrdinalIgnoreCase) || end.ExitCode == 137)
            return InstanceFailureKind.OutOfMemory;
        if (end.Reason.Contains("disk", StringComparison.OrdinalIgnoreCase)
            && end.Reason.Contains("quota", StringComparison.OrdinalIgnoreCase))
            return InstanceFailureKind.OutOfDisk;
        if (end.Phase == TaskPhase.Finished)
            return InstanceFailureKind.UnexpectedExit;
        if (end.Class == FailureClass.Health)
            return task.HealthyAt is null ? InstanceFailureKind.Startup : InstanceFailureKind.Health;
        return task.HealthyAt is null ? InstanceFailureKind.Startup : InstanceFailureKind.BadExit;
    }

    private static string ReasonOf(TaskStatus status)
    {
        const string prefix = "REASON_";
        var reason = status.Reason ?? "";
        return reason.StartsWith(prefix, StringComparison.Ordinal) ? reason[prefix.Length..] : reason;
    }

    public static bool IsReconciliation(TaskStatus status) => ReasonOf(status) == "RECONCILIATION";

    private static string Text(TaskStatus status) => (status.Message, status.Reason) switch
    {
        ({ Length: > 0 } message, _) => message,
        (_, { Length: > 0 } reason) => $"task {status.State.ToString().ToLowerInvariant()}: {reason}",
        _ => $"task {status.State.ToString().ToLowerInvariant()}",
    };

    private static int? ExitOf(string? message) =>
        message is not null && message.StartsWith(ExitMessage, StringComparison.Ordinal)
        && int.TryParse(message.AsSpan(ExitMessage.Length).TrimEnd('.'), NumberStyles.None, CultureInfo.InvariantCulture, out var exit)
            ? exit
            : null;
}
