using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Core;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Data;

/// <summary>Writes what a task says about its module.</summary>
internal sealed class RunnerWriter(NpgsqlDataSource db)
{
    // Shared by what a task reports, alone by the attempt that takes the module over.
    private const string ShareReports = "SELECT pg_advisory_xact_lock_shared(hashtextextended('build.reports ' || @id::text, 0))";
    private const string StopReports = "SELECT pg_advisory_xact_lock(hashtextextended('build.reports ' || @id::text, 0))";
    private const string Holder = """
        SELECT m.task_id, EXISTS (SELECT 1 FROM build.step s WHERE s.module_build_id = m.id AND s.index = @index) AS has_step
          FROM build.module_build m WHERE m.id = @id
        """;
    private const string Read = $"SELECT {ModuleRow.Columns} FROM build.module_build WHERE id = @id";
    private const string Claim = """
        UPDATE build.module_build SET task_id = @task, attempt = @attempt, state = 'Running', started_at = coalesce(started_at, @now),
               log_attempt = @attempt, result = NULL, artifact_bytes = 0
         WHERE id = @id AND state IN ('Queued', 'Running') AND (task_id IS NULL OR attempt < @attempt)
        """;
    private const string ResetSteps = """
        UPDATE build.step SET state = 'Waiting', started_at = NULL, finished_at = NULL, exit_code = NULL, log_bytes = 0, tail = NULL
         WHERE module_build_id = @id
        """;
    private const string ReadStep = $"SELECT {StepRow.Columns} FROM build.step WHERE module_build_id = @id AND index = @index FOR UPDATE";
    private const string SaveStep = """
        UPDATE build.step SET state = @state, started_at = @started, finished_at = @finished, exit_code = @exitCode,
               log_bytes = @logBytes, tail = @tail
         WHERE module_build_id = @id AND index = @index
        """;
    private const string SaveResult = "UPDATE build.module_build SET result = @result::jsonb WHERE id = @id AND result IS NULL";
    private const string SaveTaskEnd = """
        UPDATE build.module_build SET task_outcome = @outcome, task_class = @class, task_reason = @reason, task_ended_at = @at
         WHERE id = @id AND task_outcome IS NULL
        """;
    private const string Requeue = "UPDATE build.module_build SET state = 'Queued' WHERE id = @id AND state = 'Running'";

    public async Task<ModuleRow?> ReadAsync(ModuleBuildId module, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<ModuleRow>(new CommandDefinition(
            Read, new { id = module.Value }, cancellationToken: ct));
    }

    /// <summary>Whether the task may report about the step. If so, no other attempt takes the module over until the transaction
    /// ends.</summary>
    public async Task<ReportOutcome> HoldAsync(ModuleBuildId module, string taskId, int index, CancellationToken ct)
    {
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            await connection.ExecuteAsync(new CommandDefinition(ShareReports, new { id = module.Value }, cancellationToken: ct));
        }

        return await LookAsync(module, taskId, index, ct);
    }

    /// <summary>Whether the task may report about the step at this moment. Locks nothing.</summary>
    public async Task<ReportOutcome> LookAsync(ModuleBuildId module, string taskId, int index, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var (holder, hasStep) = await connection.QuerySingleOrDefaultAsync<(string? TaskId, bool HasStep)>(new CommandDefinition(
            Holder, new { id = module.Value, index }, cancellationToken: ct));
        return holder != taskId ? ReportOutcome.TakenOver : hasStep ? ReportOutcome.Recorded : ReportOutcome.UnknownStep;
    }

    /// <summary>Makes the task the one that builds the module; an earlier attempt's steps begin anew.</summary>
    /// <returns>False when a later attempt, or the same task, has it, or the module is over.</returns>
    public async Task<bool> ClaimAsync(ModuleBuildId module, string taskId, int attempt, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var arguments = new { id = module.Value, task = taskId, attempt, now = now.UtcDateTime };
        await connection.ExecuteAsync(new CommandDefinition(StopReports, arguments, cancellationToken: ct));
        if (await connection.ExecuteAsync(new CommandDefinition(Claim, arguments, cancellationToken: ct)) == 0)
            return false;
        await connection.ExecuteAsync(new CommandDefinition(ResetSteps, arguments, cancellationToken: ct));
        return true;
    }

    public async Task<StepRow?> LockStepAsync(ModuleBuildId module, int index, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<StepRow>(new CommandDefinition(
            ReadStep, new { id = module.Value, index }, cancellationToken: ct));
    }

    public async Task SaveStepAsync(ModuleBuildId module, StepView step, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            SaveStep,
            new
            {
                id = module.Value,
                index = step.Index,
                state = step.State.ToString(),
                started = step.StartedAt?.UtcDateTime,
                finished = step.FinishedAt?.UtcDateTime,
                exitCode = step.ExitCode,
                logBytes = step.LogBytes,
                tail = step.Tail,
            },
            cancellationToken: ct));
    }

    /// <returns>False when a result is there already.</returns>
    public async Task<bool> SaveResultAsync(ModuleBuildId module, RunnerResult result, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            SaveResult, new { id = module.Value, result = JsonSerializer.Serialize(result, StoredJson.Options) },
            cancellationToken: ct)) == 1;
    }

    public async Task SaveTaskEndAsync(Guid module, TaskEnd end, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            SaveTaskEnd,
            new
            {
                id = module, outcome = end.Outcome.ToString(), @class = end.Class?.ToString(), reason = end.Reason,
                at = end.At.UtcDateTime,
            },
            cancellationToken: ct));
    }

    public async Task RequeueAsync(Guid module, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Requeue, new { id = module }, cancellationToken: ct));
    }
}
