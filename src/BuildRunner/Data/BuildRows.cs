using System.Text.Json;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Data;

internal sealed class BuildRow
{
    public const string Columns = """
        id, repository_id, number, sha, branch, trigger, requested_by, retry_of, state, failure_class, reason, definition_file,
        definition::text AS definition, problems::text AS problems, created_at, started_at, finished_at
        """;

    public Guid Id { get; init; }
    public Guid RepositoryId { get; init; }
    public int Number { get; init; }
    public string Sha { get; init; } = "";
    public string? Branch { get; init; }
    public string Trigger { get; init; } = "";
    public string RequestedBy { get; init; } = "";
    public Guid? RetryOf { get; init; }
    public string State { get; init; } = "";
    public string? FailureClass { get; init; }
    public string? Reason { get; init; }
    public string? DefinitionFile { get; init; }
    public string? Definition { get; init; }
    public string Problems { get; init; } = "[]";
    public DateTime CreatedAt { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? FinishedAt { get; init; }

    public BuildState BuildState => Enum.Parse<BuildState>(State);

    public PipelineDefinition? ToDefinition() =>
        Definition is null ? null : JsonSerializer.Deserialize<PipelineDefinition>(Definition, StoredJson.Options);

    public IReadOnlyList<DefinitionProblem> ToProblems() =>
        JsonSerializer.Deserialize<List<DefinitionProblem>>(Problems, StoredJson.Options)!;

    public BuildSummary ToSummary() => new(
        Id, RepositoryId, Number, Sha, Branch, Enum.Parse<BuildTrigger>(Trigger), RequestedBy, RetryOf, BuildState,
        Rows.Class(FailureClass), Reason, Rows.Utc(CreatedAt), Rows.Utc(StartedAt), Rows.Utc(FinishedAt));

    public JournalSubject Subject => new()
    {
        Repository = new RepositoryId(RepositoryId),
        Commit = CommitSha.Parse(Sha),
        Build = new BuildId(Id),
    };
}

internal sealed class ModuleRow
{
    public const string Columns = """
        id, build_id, name, position, depends_on, state, run_id, task_id, attempt, log_attempt, source_digest, source_bytes,
        result::text AS result, task_outcome, task_class, task_reason, task_ended_at, failure_class, reason, failed_step, exit_code,
        queued_at, started_at, finished_at
        """;

    public Guid Id { get; init; }
    public Guid BuildId { get; init; }
    public string Name { get; init; } = "";
    public int Position { get; init; }
    public string[] DependsOn { get; init; } = [];
    public string State { get; init; } = "";
    public string RunId { get; init; } = "";
    public string? TaskId { get; init; }
    public int Attempt { get; init; }
    public int? LogAttempt { get; init; }
    public string? SourceDigest { get; init; }
    public long? SourceBytes { get; init; }
    public string? Result { get; init; }
    public string? TaskOutcome { get; init; }
    public string? TaskClass { get; init; }
    public string? TaskReason { get; init; }
    public DateTime? TaskEndedAt { get; init; }
    public string? FailureClass { get; init; }
    public string? Reason { get; init; }
    public string? FailedStep { get; init; }
    public int? ExitCode { get; init; }
    public DateTime? QueuedAt { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? FinishedAt { get; init; }

    public ModuleState ModuleState => Enum.Parse<ModuleState>(State);

    public ModuleNode ToNode() => new(Name, DependsOn, ModuleState);

    public RunnerResult? ToResult() => Result is null ? null : JsonSerializer.Deserialize<RunnerResult>(Result, StoredJson.Options);

    public TaskEnd? ToTaskEnd() => TaskOutcome is null || TaskEndedAt is null
        ? null
        : new TaskEnd(Enum.Parse<Outcome>(TaskOutcome), Rows.Class(TaskClass), TaskReason, Rows.Utc(TaskEndedAt.Value));

    public ModuleView ToView(IReadOnlyList<StepView> steps) => new(
        Id, Name, DependsOn, ModuleState, RunId, TaskId, Attempt, Rows.Class(FailureClass), Reason, FailedStep, ExitCode,
        Rows.Utc(QueuedAt), Rows.Utc(StartedAt), Rows.Utc(FinishedAt), steps);
}

internal sealed class StepRow
{
    public const string Columns = "module_build_id, index, name, state, started_at, finished_at, exit_code, log_bytes, tail";

    public Guid ModuleBuildId { get; init; }
    public int Index { get; init; }
    public string Name { get; init; } = "";
    public string State { get; init; } = "";
    public DateTime? StartedAt { get; init; }
    public DateTime? FinishedAt { get; init; }
    public int? ExitCode { get; init; }
    public long LogBytes { get; init; }
    public string? Tail { get; init; }

    /// <summary>Only of one step that is read by itself.</summary>
    public int? LogAttempt { get; init; }

    public StepView ToView() => new(
        Index, Name, Enum.Parse<StepState>(State), Rows.Utc(StartedAt), Rows.Utc(FinishedAt), ExitCode, LogBytes, Tail);
}

internal static class Rows
{
    // timestamptz comes back as a UTC DateTime.
    public static DateTimeOffset Utc(DateTime value) => new(DateTime.SpecifyKind(value, DateTimeKind.Utc));

    public static DateTimeOffset? Utc(DateTime? value) => value is { } v ? Utc(v) : null;

    public static FailureClass? Class(string? stored) => stored is null ? null : Enum.Parse<FailureClass>(stored);
}
