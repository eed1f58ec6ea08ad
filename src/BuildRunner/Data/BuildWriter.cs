using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Data;

/// <summary>Writes builds and modules. Every change of a build begins by locking its row.</summary>
internal sealed class BuildWriter(NpgsqlDataSource db)
{
    // The counter's row makes plans of one repository take turns, so that the check for an earlier build cannot be overtaken.
    private const string LockCounter = """
        INSERT INTO build.counter (repository_id, last) VALUES (@repository, 0)
        ON CONFLICT (repository_id) DO UPDATE SET last = build.counter.last
        """;
    private const string PushBuild = "SELECT id FROM build.build WHERE repository_id = @repository AND sha = @sha AND trigger = 'Push'";
    private const string NextNumber = "UPDATE build.counter SET last = last + 1 WHERE repository_id = @repository RETURNING last";
    private const string InsertBuild = """
        INSERT INTO build.build (id, repository_id, number, sha, branch, trigger, requested_by, retry_of, state, failure_class, reason,
                                 definition_file, definition, problems, created_at, finished_at, next_wake)
        VALUES (@Id, @Repository, @Number, @Sha, @Branch, @Trigger, @By, @RetryOf, @State, @Class, @Reason,
                @File, @Definition::jsonb, @Problems::jsonb, @Now, @Finished, @Wake)
        """;
    private const string InsertModules = """
        INSERT INTO build.module_build (id, build_id, name, position, depends_on, state, run_id)
        SELECT u.id, @build, u.name, u.position, string_to_array(u.depends_on, ' '), 'Waiting', u.run_id
          FROM unnest(@ids::uuid[], @names::text[], @positions::int[], @dependsOn::text[], @runs::text[]) AS u(id, name, position,
                 depends_on, run_id)
        """;
    private const string InsertSteps = """
        INSERT INTO build.step (module_build_id, index, name, state)
        SELECT u.module, u.index, u.name, 'Waiting' FROM unnest(@modules::uuid[], @indexes::int[], @names::text[]) AS u(module, index, name)
        """;
    private const string LockBuild = $"SELECT {BuildRow.Columns} FROM build.build WHERE id = @id FOR UPDATE";
    private const string Modules = $"SELECT {ModuleRow.Columns} FROM build.module_build WHERE build_id = @id ORDER BY position";
    private const string Queue = """
        UPDATE build.module_build SET state = 'Queued', source_digest = @digest, source_bytes = @bytes, queued_at = @now WHERE id = @id
          AND state = 'Waiting'
        """;
    private const string EndModule = """
        UPDATE build.module_build
           SET state = @state, failure_class = @class, reason = @reason, failed_step = @failedStep, exit_code = @exitCode,
                  finished_at = @now
         WHERE id = @id
        """;
    private const string SkipSteps =
        "UPDATE build.step SET state = 'Skipped' WHERE module_build_id = @id AND state IN ('Waiting', 'Running')";
    private const string EndBuild = """
        UPDATE build.build SET state = @state, failure_class = @class, reason = @reason, finished_at = @now, next_wake = NULL WHERE id = @id
        """;
    private const string Wake = "UPDATE build.build SET next_wake = @wake WHERE id = @id AND state = 'Running'";
    private const string Start = "UPDATE build.build SET started_at = @now WHERE id = @id AND started_at IS NULL";
    private const string Due = """
        UPDATE build.build SET next_wake = @later
         WHERE id IN (SELECT id FROM build.build WHERE next_wake <= @now ORDER BY next_wake LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING id
        """;

    /// <summary>Locks the numbers of the repository; gives the build that a push of the commit has already.</summary>
    public async Task<Guid?> LockAndFindPushAsync(RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var arguments = new { repository = repository.Value, sha = sha.ToString() };
        await connection.ExecuteAsync(new CommandDefinition(LockCounter, arguments, cancellationToken: ct));
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(PushBuild, arguments, cancellationToken: ct));
    }

    /// <returns>The number of the new build.</returns>
    public async Task<int> InsertAsync(NewBuild build, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var number = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            NextNumber, new { repository = build.Repository.Value }, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(
            InsertBuild,
            new
            {
                Id = build.Id.Value,
                Repository = build.Repository.Value,
                Number = number,
                Sha = build.Sha.ToString(),
                build.Branch,
                Trigger = build.Trigger.ToString(),
                By = build.RequestedBy,
                RetryOf = build.RetryOf?.Value,
                State = build.State.ToString(),
                Class = build.State == BuildState.Failed ? nameof(FailureClass.Config) : null,
                build.Reason,
                build.File,
                Definition = build.Definition is null ? null : JsonSerializer.Serialize(build.Definition, StoredJson.Options),
                Problems = JsonSerializer.Serialize(build.Problems, StoredJson.Options),
                Now = build.Now.UtcDateTime,
                Finished = build.State == BuildState.Running ? (DateTime?)null : build.Now.UtcDateTime,
                Wake = build.State == BuildState.Running ? build.Now.UtcDateTime.AddSeconds(5) : (DateTime?)null,
            },
            cancellationToken: ct));
        if (build is { State: BuildState.Running, Definition: { } definition })
            await InsertModulesAsync(connection, build, definition, ct);
        return number;
    }

    private static async Task InsertModulesAsync(
        NpgsqlConnection connection, NewBuild build, PipelineDefinition definition, CancellationToken ct)
    {
        var modules = definition.Modules.Select((module, position) => (module, position, id: ModuleBuildId.New(build.Now))).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            InsertModules,
            new
            {
                build = build.Id.Value,
                ids = modules.Select(m => m.id.Value).ToArray(),
                names = modules.Select(m => m.module.Name).ToArray(),
                positions = modules.Select(m => m.position).ToArray(),
                dependsOn = modules.Select(m => string.Join(' ', m.module.DependsOn)).ToArray(),
                runs = modules.Select(m => RunIds.Of(m.id)).ToArray(),
            },
            cancellationToken: ct));
        var steps = modules.SelectMany(m => m.module.Steps.Select((step, index) => (m.id, index, step.Name))).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            InsertSteps,
            new
            {
                modules = steps.Select(s => s.id.Value).ToArray(),
                indexes = steps.Select(s => s.index).ToArray(),
                names = steps.Select(s => s.Name).ToArray(),
            },
            cancellationToken: ct));
    }

    /// <summary>The build, locked until the transaction ends, and its modules; null when there is none.</summary>
    public async Task<LockedBuild?> LockAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var build = await connection.QuerySingleOrDefaultAsync<BuildRow>(new CommandDefinition(
            LockBuild, new { id }, cancellationToken: ct));
        if (build is null)
            return null;
        var modules = await connection.QueryAsync<ModuleRow>(new CommandDefinition(Modules, new { id }, cancellationToken: ct));
        return new LockedBuild(build, [.. modules]);
    }

    public async Task QueueAsync(Guid module, string digest, long bytes, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Queue, new { id = module, digest, bytes, now = now.UtcDateTime }, cancellationToken: ct));
    }

    public async Task EndModuleAsync(Guid module, ModuleState state, Verdict verdict, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            EndModule,
            new
            {
                id = module,
                state = state.ToString(),
                @class = verdict.Class?.ToString(),
                reason = verdict.Reason,
                failedStep = verdict.FailedStep,
                exitCode = verdict.ExitCode,
                now = now.UtcDateTime,
            },
            cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(SkipSteps, new { id = module }, cancellationToken: ct));
    }

    public async Task EndBuildAsync(
        Guid build, BuildState state, FailureClass? failure, string? reason, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            EndBuild, new { id = build, state = state.ToString(), @class = failure?.ToString(), reason, now = now.UtcDateTime },
            cancellationToken: ct));
    }

    public async Task WakeAtAsync(Guid build, DateTimeOffset wake, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Wake, new { id = build, wake = wake.UtcDateTime }, cancellationToken: ct));
    }

    /// <summary>The first task of it called in: until then it was pending, however long it was in the scheduler's hands.</summary>
    public async Task StartAsync(Guid build, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Start, new { id = build, now = now.UtcDateTime }, cancellationToken: ct));
    }

    public async Task<IReadOnlyList<Guid>> TakeDueAsync(DateTimeOffset now, DateTimeOffset later, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            Due, new { now = now.UtcDateTime, later = later.UtcDateTime }, cancellationToken: ct))];
    }
}

internal sealed record NewBuild(
    BuildId Id, RepositoryId Repository, CommitSha Sha, string? Branch, BuildTrigger Trigger, string RequestedBy, BuildId? RetryOf,
    BuildState State,
    string? Reason, string? File, PipelineDefinition? Definition, IReadOnlyList<DefinitionProblem> Problems, DateTimeOffset Now);

internal sealed record LockedBuild(BuildRow Build, IReadOnlyList<ModuleRow> Modules);
