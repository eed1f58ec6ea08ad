namespace Pipeline.Ui.Queries.Builds;

/// <param name="State"><c>Waiting</c>, <c>Queued</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c>, <c>Cancelled</c>,
/// <c>Skipped</c>.</param>
/// <param name="WhyPending">Why its task is not placed yet.</param>
public sealed record ModuleView(
    string Name, string State, IReadOnlyList<string> DependsOn, string? TaskId, string? Cluster, string? Host, string? WhyPending,
    string? FailureClass, string? Reason, string? FailedStep, int? ExitCode, DateTimeOffset? QueuedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt, IReadOnlyList<StepView> Steps)
{
    /// <summary>The step to look at: the failed one, else the running one, else the last that ran.</summary>
    public StepView? MainStep =>
        Steps.FirstOrDefault(s => s.State is "Failed" or "TimedOut") ?? Steps.FirstOrDefault(s => s.State == "Running")
        ?? Steps.LastOrDefault(s => s.StartedAt is not null);
}

/// <param name="Index">From 0.</param>
/// <param name="Tail">Its last lines, kept when it failed.</param>
public sealed record StepView(
    int Index, string Name, string State, int? ExitCode, long LogBytes, string? Tail, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);
