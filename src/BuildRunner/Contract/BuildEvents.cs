using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Contract;

/// <summary>The definition at the commit has errors; the build ended before it began: no <see cref="BuildFinished"/> follows.</summary>
/// <param name="Repository">The repository that is built.</param>
/// <param name="Sha">The commit.</param>
/// <param name="Build">The build that failed.</param>
/// <param name="Number">Its number.</param>
/// <param name="Problems">Every error.</param>
public sealed record DefinitionRejected(
    RepositoryId Repository, CommitSha Sha, BuildId Build, int Number, IReadOnlyList<DefinitionProblem> Problems) : JournalEvent;

/// <summary>The definition was read, and the build's modules are known.</summary>
/// <param name="Repository">The repository that is built.</param>
/// <param name="Sha">The commit.</param>
/// <param name="Build">The build.</param>
/// <param name="Number">Its number.</param>
/// <param name="Modules">Names, in the order of the definition.</param>
public sealed record BuildPlanned(
    RepositoryId Repository, CommitSha Sha, BuildId Build, int Number, IReadOnlyList<string> Modules) : JournalEvent;

/// <summary>A task of the module reported for the first time.</summary>
/// <param name="Build">The build.</param>
/// <param name="ModuleBuild">The module of this build.</param>
/// <param name="Module">Its name.</param>
/// <param name="TaskId">The task.</param>
public sealed record ModuleBuildStarted(BuildId Build, ModuleBuildId ModuleBuild, string Module, string TaskId) : JournalEvent;

/// <summary>A step started.</summary>
/// <param name="Build">The build.</param>
/// <param name="ModuleBuild">The module of this build.</param>
/// <param name="Module">Its name.</param>
/// <param name="Step">Name of the step.</param>
public sealed record StepStarted(BuildId Build, ModuleBuildId ModuleBuild, string Module, string Step) : JournalEvent;

/// <summary>A step ended.</summary>
/// <param name="Build">The build.</param>
/// <param name="ModuleBuild">The module of this build.</param>
/// <param name="Module">Its name.</param>
/// <param name="Step">Name of the step.</param>
/// <param name="ExitCode">Of its shell; -1 when it has none.</param>
public sealed record StepFinished(BuildId Build, ModuleBuildId ModuleBuild, string Module, string Step, int ExitCode) : JournalEvent;

/// <summary>A module is over.</summary>
/// <param name="Build">The build.</param>
/// <param name="ModuleBuild">The module of this build.</param>
/// <param name="Module">Its name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Class">Whose fault a failure is.</param>
/// <param name="Reason">Why it ended so; null when it succeeded.</param>
public sealed record ModuleBuildFinished(
    BuildId Build, ModuleBuildId ModuleBuild, string Module, Outcome Outcome, FailureClass? Class, string? Reason) : JournalEvent;

/// <summary>
/// All modules ended. A build that the commit message skipped is <see cref="Kernel.Outcome.Succeeded"/>. A commit is built once,
/// whatever branches bring it: the event has no branch.
/// </summary>
/// <param name="Repository">The repository that was built.</param>
/// <param name="Sha">The commit.</param>
/// <param name="Build">The build.</param>
/// <param name="Number">Its number.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Class">Whose fault a failure is.</param>
/// <param name="Reason">The module, the step and the exit code of the first failure; null when it succeeded.</param>
public sealed record BuildFinished(
    RepositoryId Repository, CommitSha Sha, BuildId Build, int Number, Outcome Outcome, FailureClass? Class, string? Reason) : JournalEvent;
