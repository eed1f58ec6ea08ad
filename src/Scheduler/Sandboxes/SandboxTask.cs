using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>Where a task's sandbox is, and whether the task still writes into it.</summary>
/// <param name="AgentUrl">Null before the task was placed.</param>
/// <param name="FrameworkId">Null when this server never subscribed to the cluster.</param>
internal sealed record SandboxTask(
    string Id, string? FrameworkId, string? AgentUrl, string? Host, bool AgentLost, SandboxTaskEnd End)
{
    public string Cluster { get; init; } = "";

    public DateTimeOffset? RunningAt { get; init; }

    public bool IsOver => End.IsOver;
}

/// <param name="State">As in <see cref="TaskView"/>.</param>
/// <param name="Reason">How it ended; why it is not placed while it waits.</param>
internal sealed record SandboxTaskEnd(string State, bool IsOver, string? Outcome, int? ExitCode, string? Reason);
