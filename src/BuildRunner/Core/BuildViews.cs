using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Core;

/// <summary>A build as lists show it.</summary>
public sealed record BuildSummary(
    Guid Id, Guid RepositoryId, int Number, string Sha, string? Branch, BuildTrigger Trigger, string RequestedBy, Guid? RetryOf,
    BuildState State,
    FailureClass? FailureClass, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>A build with all that is known of it, except its logs.</summary>
public sealed record BuildDetail(
    BuildSummary Build, string? DefinitionFile, IReadOnlyList<DefinitionProblem> Problems, IReadOnlyList<ModuleView> Modules,
    IReadOnlyList<ArtifactView> Artifacts);

public sealed record ModuleView(
    Guid Id, string Name, IReadOnlyList<string> DependsOn, ModuleState State, string RunId, string? TaskId, int Attempt,
    FailureClass? FailureClass,
    string? Reason, string? FailedStep, int? ExitCode, DateTimeOffset? QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    IReadOnlyList<StepView> Steps);

/// <param name="Index">From 0, as in the address of its log.</param>
/// <param name="Tail">The last lines of the log of a step that failed.</param>
public sealed record StepView(
    int Index, string Name, StepState State, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? ExitCode, long LogBytes,
    string? Tail);

public sealed record ArtifactView(string Module, string Name, string Digest, long Bytes, string MediaType);
