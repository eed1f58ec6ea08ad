using Dapper;
using Npgsql;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Data;

/// <summary>Counts the bytes of artifacts that tasks send. Joins the ambient transaction.</summary>
internal sealed class ArtifactBytes(NpgsqlDataSource db)
{
    private const string Lock = """
        SELECT pg_advisory_xact_lock(hashtextextended('build.artifacts ' || b.repository_id::text, 0))
          FROM build.module_build m JOIN build.build b ON b.id = m.build_id WHERE m.id = @id
        """;
    private const string Read = """
        SELECT m.artifact_bytes AS module,
               (SELECT sum(o.stored_bytes) FROM build.module_build o JOIN build.build a ON a.id = o.build_id
                 WHERE a.repository_id = b.repository_id)::bigint AS repository
          FROM build.module_build m JOIN build.build b ON b.id = m.build_id WHERE m.id = @id
        """;
    private const string Add = """
        UPDATE build.module_build
           SET artifact_bytes = greatest(artifact_bytes + @bytes, 0), stored_bytes = greatest(stored_bytes + @bytes, 0)
         WHERE id = @id
        """;

    /// <summary>Until the transaction ends nobody else counts artifacts of the module's repository.</summary>
    /// <returns>Bytes of the module's task, and of its repository.</returns>
    public async Task<(long Module, long Repository)> LockAsync(ModuleBuildId module, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Lock, new { id = module.Value }, cancellationToken: ct));
        return await connection.QuerySingleAsync<(long, long)>(new CommandDefinition(
            Read, new { id = module.Value }, cancellationToken: ct));
    }

    /// <param name="bytes">Negative: what was announced did not come.</param>
    public async Task AddAsync(ModuleBuildId module, long bytes, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Add, new { id = module.Value, bytes }, cancellationToken: ct));
    }
}
