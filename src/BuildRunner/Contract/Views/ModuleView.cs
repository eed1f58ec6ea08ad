using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Contract.Views;

/// <summary>A module of a build.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name in the definition.</param>
/// <param name="DependsOn">Names of the modules that must succeed first.</param>
/// <param name="State">How it is doing.</param>
/// <param name="RunId">What the scheduler calls it.</param>
/// <param name="TaskId">The newest task that reported; null before the first.</param>
/// <param name="Attempt">The number of that task.</param>
/// <param name="FailureClass">Whose fault the failure is; null when it did not fail.</param>
/// <param name="Reason">Why it ended so.</param>
/// <param name="FailedStep">Name of the step that failed.</param>
/// <param name="ExitCode">Exit code of the step that failed.</param>
/// <param name="QueuedAt">When it was handed to the scheduler.</param>
/// <param name="StartedAt">When its first task reported.</param>
/// <param name="FinishedAt">When it was over.</param>
/// <param name="Steps">In the order in which they run.</param>
public sealed record ModuleView(
    Guid Id, string Name, IReadOnlyList<string> DependsOn, ModuleState State, string RunId, string? TaskId, int Attempt,
    FailureClass? FailureClass, string? Reason, string? FailedStep, int? ExitCode, DateTimeOffset? QueuedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt, IReadOnlyList<StepView> Steps);

/// <summary>A step of a module.</summary>
/// <param name="Index">From 0, as in the address of its log.</param>
/// <param name="Name">Its name in the definition.</param>
/// <param name="State">How it is doing.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="ExitCode">Of its shell; null while it runs.</param>
/// <param name="LogBytes">Size of its log when its state last changed.</param>
/// <param name="Tail">The last lines of the log of a step that failed.</param>
public sealed record StepView(
    int Index, string Name, StepState State, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? ExitCode, long LogBytes,
    string? Tail);
