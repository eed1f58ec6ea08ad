using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Contract.Tasks;

/// <param name="Cluster">The cluster's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="DeployId">The deploy or run that it belongs to.</param>
/// <param name="Instance">The number of its instance, from 1.</param>
/// <param name="Attempt">The number of its attempt, from 1.</param>
/// <param name="State">
/// <c>pending</c>, <c>launching</c>, <c>starting</c>, <c>running</c>, <c>killing</c>, <c>unreachable</c>, <c>finished</c>, <c>failed</c>,
/// <c>killed</c>, <c>lost</c>.
/// </param>
/// <param name="Healthy">It runs and passed its readiness check.</param>
/// <param name="AgentId">The agent's id.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="Rack">The agent's rack.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="Resources">What it has.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LaunchedAt">When it was launched; null: it was not.</param>
/// <param name="RunningAt">When it began to run; null: it did not.</param>
/// <param name="HealthyAt">When it became healthy; null: it did not.</param>
/// <param name="EndedAt">When it ended; null: it has not.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="FailureClass">Whose fault the failure is.</param>
/// <param name="ExitCode">The program's exit code, where it is known.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="WhyPending">Why it is not placed; only while it is pending.</param>
/// <param name="Commit">The commit that it came from; null: none is known.</param>
public sealed record TaskView(
    string Cluster, string Id, string RequestId, string DeployId, int Instance, int Attempt, string State, bool Healthy,
    string? AgentId, string? Host, string? Rack, IReadOnlyList<int> Ports, ResourcesView Resources,
    DateTimeOffset CreatedAt, DateTimeOffset? LaunchedAt, DateTimeOffset? RunningAt, DateTimeOffset? HealthyAt, DateTimeOffset? EndedAt,
    string? Outcome, string? FailureClass, int? ExitCode, string? Reason, string? WhyPending, string? Commit);

/// <summary>Why a task is not placed.</summary>
public sealed record PendingView(string Cluster, string TaskId, string RequestId, string DeployId, DateTimeOffset Since, string Reason,
    string? Commit);

/// <summary>Which tasks to list; a null field matches all.</summary>
public sealed record TaskFilter(string? Cluster = null, string? RequestId = null, string? DeployId = null, CommitSha? Commit = null,
    bool ActiveOnly = false);
