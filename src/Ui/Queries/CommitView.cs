using Pipeline.DeployStages.Http;
using Pipeline.People.Http;
using Pipeline.Ui.Components;

namespace Pipeline.Ui.Queries;

/// <summary>All that one page says about a commit, read in one go.</summary>
/// <param name="Branches">That contain it now.</param>
/// <param name="PushedAt">When the delivery that brought it arrived; null for history that came along.</param>
/// <param name="RunsNow">What the deployables of its repository run, per stage.</param>
public sealed record CommitView(
    Guid RepositoryId, string Repository, string? WebUrl, string Sha, string Subject, string Message, string Author, DateTimeOffset AuthoredAt,
    string? Pusher, DateTimeOffset? PushedAt, string? DeliveryId,
    IReadOnlyList<string> Branches, string DefaultBranch, IReadOnlyList<BuildView> Builds, ReleaseMark? Release,
    IReadOnlyList<StageMark> Stages, IReadOnlyList<ArtifactRow> Artifacts, IReadOnlyList<RunsNowRow> RunsNow, IReadOnlyList<StatusRow> Statuses)
{
    public BuildView? Build => Builds.Count == 0 ? null : Builds[0];
}

/// <summary>A build with its modules and steps.</summary>
/// <param name="State">As in <see cref="BuildMark"/>.</param>
/// <param name="Problems">Errors of the definition.</param>
public sealed record BuildView(
    Guid Id, Guid RepositoryId, string Repository, string Sha, string? Subject, string? Branch, int Number, string State, string Trigger, string RequestedBy,
    string? FailureClass, string? Reason, string? DefinitionFile, IReadOnlyList<ProblemRow> Problems, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? RetryOf, IReadOnlyList<ModuleView> Modules)
{
    /// <summary>A module is handed over and runs nowhere yet: why, the scheduler says in its row and not in the journal.</summary>
    public TimeSpan? ReadAgainAfter => Modules.Any(m => m.State == "Queued") ? TimeSpan.FromSeconds(1) : null;
}

public sealed record ProblemRow(string File, int Line, int Column, string Message, string? Hint);

/// <param name="State"><c>Waiting</c>, <c>Queued</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c>, <c>Cancelled</c>, <c>Skipped</c>.</param>
/// <param name="WhyPending">Why its task is not placed yet.</param>
public sealed record ModuleView(
    string Name, string State, IReadOnlyList<string> DependsOn, string? TaskId, string? Cluster, string? Host, string? WhyPending,
    string? FailureClass, string? Reason, string? FailedStep, int? ExitCode, DateTimeOffset? QueuedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt, IReadOnlyList<StepView> Steps)
{
    /// <summary>The step to look at: the failed one, else the running one, else the last that ran.</summary>
    public StepView? Telling =>
        Steps.FirstOrDefault(s => s.State is "Failed" or "TimedOut") ?? Steps.FirstOrDefault(s => s.State == "Running")
        ?? Steps.LastOrDefault(s => s.StartedAt is not null);
}

/// <param name="Index">From 0.</param>
/// <param name="Tail">Its last lines, kept when it failed.</param>
public sealed record StepView(
    int Index, string Name, string State, int? ExitCode, long LogBytes, string? Tail, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <param name="Attestations">Kinds of the signed statements about it.</param>
public sealed record ArtifactRow(
    string Module, string Name, string Digest, long Bytes, string MediaType, DateTimeOffset RecordedAt, IReadOnlyList<AttestationRow> Attestations);

public sealed record AttestationRow(string Digest, string PredicateType, string KeyId, DateTimeOffset CreatedAt)
{
    /// <summary>The last telling part of the predicate's address: <c>provenance</c>, <c>promotion</c> …</summary>
    public string Kind => PredicateType.Split(['/', ':'], StringSplitOptions.RemoveEmptyEntries)
        .LastOrDefault(p => !p.StartsWith('v') || p.Length > 4) ?? PredicateType;

    /// <summary>Enough of the key's id to tell keys apart.</summary>
    public string ShortKey => KeyId.Length > 12 ? KeyId[..12] : KeyId;
}

/// <param name="Relation"><c>exact</c>: this commit; <c>contained</c>: a later one that includes it; <c>without</c>: it is not in there.</param>
public sealed record RunsNowRow(
    string Deployable, string Kind, string Stage, int ReleaseNumber, string Sha, int Instances, int Healthy, DateTimeOffset Since, string Relation);

public sealed record StatusRow(
    string Context, string State, string Description, string TargetUrl, string Result, string? Reason, int Attempts, DateTimeOffset ReportedAt);
