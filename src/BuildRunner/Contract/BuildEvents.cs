using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.BuildRunner.Contract;

/// <summary>The definition at the commit has errors; the build ended before it began: no <see cref="BuildFinished"/> follows.</summary>
public sealed record DefinitionRejected(
    RepositoryId Repository, CommitSha Sha, BuildId Build, int Number, IReadOnlyList<DefinitionProblem> Problems) : JournalEvent;

public sealed record BuildPlanned(
    RepositoryId Repository, CommitSha Sha, BuildId Build, int Number, IReadOnlyList<string> Modules) : JournalEvent;

public sealed record ModuleBuildStarted(BuildId Build, ModuleBuildId ModuleBuild, string Module, string TaskId) : JournalEvent;

public sealed record StepStarted(BuildId Build, ModuleBuildId ModuleBuild, string Module, string Step) : JournalEvent;

public sealed record StepFinished(BuildId Build, ModuleBuildId ModuleBuild, string Module, string Step, int ExitCode) : JournalEvent;

public sealed record ModuleBuildFinished(
    BuildId Build, ModuleBuildId ModuleBuild, string Module, Outcome Outcome, FailureClass? Class, string? Reason) : JournalEvent;

/// <summary>
/// All modules ended. <see cref="Reason"/> names the module, the step and the exit code of the first failure. A build that the commit
/// message skipped is <see cref="Outcome.Succeeded"/>. A commit is built once, whatever branches bring it: the event has no branch.
/// </summary>
public sealed record BuildFinished(
    RepositoryId Repository, CommitSha Sha, BuildId Build, int Number, Outcome Outcome, FailureClass? Class, string? Reason) : JournalEvent;
