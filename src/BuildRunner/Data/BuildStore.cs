using Dapper;
using Npgsql;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.BuildRunner.Data;

/// <summary>Reads builds.</summary>
internal sealed class BuildStore(NpgsqlDataSource db, ArtifactQueries artifacts)
{
    private const string One = $"SELECT {BuildRow.Columns} FROM build.build WHERE id = @id";
    private const string ByNumber = "SELECT id FROM build.build WHERE repository_id = @repository AND number = @number";
    private const string Newest = $"""
        SELECT {BuildRow.Columns} FROM build.build
         WHERE repository_id = @repository AND (@sha::text IS NULL OR sha = @sha::text)
           AND (@branch::text IS NULL OR branch = @branch::text)
           AND (@at::timestamptz IS NULL OR (created_at, id) < (@at::timestamptz, @id::uuid))
         ORDER BY created_at DESC, id DESC LIMIT @limit
        """;
    private const string Modules = $"SELECT {ModuleRow.Columns} FROM build.module_build WHERE build_id = @id ORDER BY position";
    private const string Steps = $"""
        SELECT {StepRow.Columns} FROM build.step WHERE module_build_id IN (SELECT id FROM build.module_build WHERE build_id = @id)
          ORDER BY index
        """;
    private const string OneStep = $"""
        SELECT {StepRow.Columns}, (SELECT m.log_attempt FROM build.module_build m WHERE m.id = s.module_build_id) AS log_attempt
          FROM build.step s
         WHERE index = @index AND module_build_id = (SELECT id FROM build.module_build WHERE build_id = @build AND name = @module)
        """;

    /// <summary>Newest first; <paramref name="sha"/> and <paramref name="branch"/> narrow it.</summary>
    public async Task<Page<BuildSummary>> ListAsync(
        RepositoryId repository, CommitSha? sha, string? branch, Cursor? after, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<BuildRow>(new CommandDefinition(
            Newest,
            new
            {
                repository = repository.Value, sha = sha?.ToString(), branch, at = after?.At.UtcDateTime, id = after?.Id,
                limit = limit + 1,
            },
            cancellationToken: ct))).Select(r => r.ToSummary()).ToList();
        return rows.Count > limit
            ? new Page<BuildSummary>([.. rows.Take(limit)], new Cursor(rows[limit - 1].CreatedAt, rows[limit - 1].Id).ToString())
            : new Page<BuildSummary>(rows, null);
    }

    public async Task<BuildSummary?> GetAsync(BuildId id, CancellationToken ct) => (await RowAsync(id, ct))?.ToSummary();

    public async Task<BuildId?> FindAsync(RepositoryId repository, int number, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var id = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            ByNumber, new { repository = repository.Value, number }, cancellationToken: ct));
        return id is { } found ? new BuildId(found) : null;
    }

    /// <summary>The resolved definition that the build ran; null when it had problems or was skipped.</summary>
    public async Task<PipelineDefinition?> DefinitionAsync(BuildId id, CancellationToken ct) => (await RowAsync(id, ct))?.ToDefinition();

    public async Task<BuildDetail?> DetailAsync(BuildId id, CancellationToken ct)
    {
        if (await RowAsync(id, ct) is not { } build)
            return null;
        IReadOnlyList<ModuleRow> modules;
        ILookup<Guid, StepView> steps;
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            modules = [.. await connection.QueryAsync<ModuleRow>(new CommandDefinition(
                Modules, new { id = id.Value }, cancellationToken: ct))];
            steps = (await connection.QueryAsync<StepRow>(new CommandDefinition(Steps, new { id = id.Value }, cancellationToken: ct)))
                .ToLookup(s => s.ModuleBuildId, s => s.ToView());
        }

        var made = await artifacts.OfBuildAsync(id, ct);
        return new BuildDetail(
            build.ToSummary(), build.DefinitionFile, build.ToProblems(), [.. modules.Select(m => m.ToView([.. steps[m.Id]]))],
            [.. made.Select(a => new ArtifactView(a.Module, a.Name, a.Digest.ToString(), a.Bytes, a.MediaType))]);
    }

    /// <summary>A step, and where its log is now: a later attempt that takes the module over begins a new one.</summary>
    public async Task<(StepView Step, LogPlace Log)?> StepAsync(BuildId build, string module, int index, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<StepRow>(new CommandDefinition(
            OneStep, new { build = build.Value, module, index }, cancellationToken: ct));
        return row is null ? null : (row.ToView(), new LogPlace(build, module, index, row.LogAttempt));
    }

    public async Task<BuildRow?> RowAsync(BuildId id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<BuildRow>(new CommandDefinition(
            One, new { id = id.Value }, cancellationToken: ct));
    }

    public async Task<IReadOnlyList<ModuleRow>> ModulesAsync(BuildId id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<ModuleRow>(new CommandDefinition(Modules, new { id = id.Value }, cancellationToken: ct))];
    }
}
