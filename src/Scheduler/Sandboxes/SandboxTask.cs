using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>Where a task's sandbox is, and whether the task still writes into it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FrameworkId">Null when this server never subscribed to the cluster.</param>
/// <param name="AgentUrl">Null before the task was placed.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="AgentLost">The cluster has lost its agent.</param>
/// <param name="End">How it stands, or ended.</param>
internal sealed record SandboxTask(
    string Id, string? FrameworkId, string? AgentUrl, string? Host, bool AgentLost, SandboxTaskEnd End)
{
    public string Cluster { get; init; } = "";

    public DateTimeOffset? RunningAt { get; init; }

    public bool IsOver => End.IsOver;
}

/// <param name="State">As in <see cref="TaskView"/>.</param>
/// <param name="IsOver">It has ended.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">The program's exit code, where it is known.</param>
/// <param name="Reason">How it ended; why it is not placed while it waits.</param>
internal sealed record SandboxTaskEnd(string State, bool IsOver, string? Outcome, int? ExitCode, string? Reason);
