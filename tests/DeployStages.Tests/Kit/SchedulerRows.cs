using Dapper;
using Npgsql;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Kit;

/// <summary>The rows that the leader of a cluster would write: the scheduler's side of a test.</summary>
internal static class SchedulerRows
{
    private const string EndDeploy = """
        INSERT INTO scheduler.request (cluster, id, kind, state, created_at)
        VALUES (@cluster, @Request, 'Service', 'Active', now()) ON CONFLICT DO NOTHING;
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures, failure_class, reason)
        VALUES (@cluster, @Id, @Request, @state, jsonb_build_object('kind', 'service', 'instances', @Instances), now(), 0, 0, @failure,
                @reason)
        ON CONFLICT (cluster, id) DO UPDATE SET state = excluded.state, failure_class = excluded.failure_class, reason = excluded.reason;
        """;

    private const string HealthyTask = """
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb,
                                    disk_mb, created_at, healthy_at, subject)
        VALUES (@task, @cluster, @Request, @Id, @i, 1, 'Running', '{}', '{31000}', 0.1, 32, 10, now(), now(), '{}')
        """;

    /// <summary>Ends every deploy that the promotions of a cluster have submitted, or those of one deployable.</summary>
    /// <returns>The ids of the deploys.</returns>
    public static async Task<IReadOnlyList<string>> EndDeploysAsync(
        NpgsqlDataSource db, string cluster, string state, FailureClass? failure, string? reason, string? only = null)
    {
        await using var connection = await db.OpenConnectionAsync();
        var deploys = (await connection.QueryAsync<(string Id, string Request, int Instances)>(
            """
            SELECT deploy_id, request_id, instances FROM stages.deploy
             WHERE cluster = @cluster AND state = 'Submitted' AND (@only::text IS NULL OR deployable = @only)
            """,
            new { cluster, only })).ToList();
        Assert.NotEmpty(deploys);
        foreach (var d in deploys)
        {
            await connection.ExecuteAsync(
                EndDeploy, new { cluster, d.Request, d.Id, d.Instances, state, failure = failure?.ToString(), reason });
            for (var i = 0; i < d.Instances && state == "Active"; i++)
                await connection.ExecuteAsync(HealthyTask, new { task = $"{d.Id}.{i}.1", cluster, d.Request, d.Id, i });
        }

        return [.. deploys.Select(d => d.Id)];
    }
}
