using Pipeline.Scheduler.Core.Messages;
using static Pipeline.Scheduler.Data.Commit.Columns;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>What a commit writes about the cluster itself.</summary>
internal static class ClusterSql
{
    public const string Framework = """
        INSERT INTO scheduler.framework (cluster, framework_id, state, detail, master, master_version, reconciliation, changed_at)
        VALUES (@cluster, @FrameworkId, @State, @Detail, @Master, @MasterVersion, @reconciliation::jsonb, @now)
        ON CONFLICT (cluster) DO UPDATE
           SET framework_id = excluded.framework_id, state = excluded.state, detail = excluded.detail, master = excluded.master,
               master_version = excluded.master_version, reconciliation = excluded.reconciliation, changed_at = excluded.changed_at
        """;

    public const string Freeze = """
        INSERT INTO scheduler.freeze (cluster, payload) VALUES (@cluster, @payload::jsonb)
        ON CONFLICT (cluster) DO UPDATE SET payload = excluded.payload
        """;

    public const string Thaw = "DELETE FROM scheduler.freeze WHERE cluster = @cluster";

    /// <summary>The outcomes that somebody waits for. Older ones than an hour have been read, or nobody will.</summary>
    public const string Answers = """
        INSERT INTO scheduler.command_result (id, cluster, at, code, status, detail)
        SELECT u.id, @cluster, @now, u.code, u.status, u.detail
          FROM unnest(@Id::bigint[], @Code::text[], @Status::int[], @Detail::text[]) AS u(id, code, status, detail)
        ON CONFLICT (id) DO NOTHING;
        DELETE FROM scheduler.command_result WHERE at < @now - interval '1 hour';
        SELECT pg_notify('scheduler_command', '');
        """;

    public static object AnswerArguments(string cluster, DateTime now, IReadOnlyList<(long Id, CommandOutcome Outcome)> rows) => new
    {
        cluster,
        now,
        Id = Column(rows, r => r.Id),
        Code = Column(rows, r => r.Outcome.Code),
        Status = Column(rows, r => r.Outcome.Status),
        Detail = Column(rows, r => r.Outcome.Detail),
    };
}
