using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;
using static Pipeline.Scheduler.Data.Commit.Columns;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>The requests of a commit: one upsert, whatever the number of rows.</summary>
internal static class RequestSql
{
    public const string Requests = """
        INSERT INTO scheduler.request (cluster, id, kind, state, active_deploy, pending_deploy, created_at, overrides, next_fire, failures,
                                       loops, run_times)
        SELECT @cluster, u.id, u.kind, u.state, u.active, u.pending, u.created, u.overrides::jsonb, u.fire, u.failures::jsonb,
               u.loops::jsonb, u.times::jsonb
          FROM unnest(@Id::text[], @Kind::text[], @State::text[], @Active::text[], @Pending::text[], @Created::timestamptz[],
                      @Overrides::text[], @Fire::timestamptz[], @Failures::text[], @Loops::text[], @RunTimes::text[])
               AS u(id, kind, state, active, pending, created, overrides, fire, failures, loops, times)
        ON CONFLICT (cluster, id) DO UPDATE
           SET created_at = excluded.created_at, kind = excluded.kind, state = excluded.state, active_deploy = excluded.active_deploy,
               pending_deploy = excluded.pending_deploy, overrides = excluded.overrides, next_fire = excluded.next_fire,
               failures = excluded.failures, loops = excluded.loops, run_times = excluded.run_times
        """;

    public static object RequestArguments(string cluster, Request[] rows) => new
    {
        cluster,
        Id = Column(rows, r => r.Id),
        Kind = Column(rows, r => r.Kind.ToString()),
        State = Column(rows, r => r.State.ToString()),
        Active = Column(rows, r => r.ActiveDeploy),
        Pending = Column(rows, r => r.PendingDeploy),
        Created = Column(rows, r => r.CreatedAt.UtcDateTime),
        Overrides = Column(rows, r => JsonSerializer.Serialize(r.Overrides, StoredJson.Options)),
        Fire = Column(rows, r => r.NextFire?.UtcDateTime),
        Failures = Column(rows, r => JsonSerializer.Serialize(r.Failures, StoredJson.Options)),
        Loops = Column(rows, r => JsonSerializer.Serialize(r.Loops, StoredJson.Options)),
        RunTimes = Column(rows, r => JsonSerializer.Serialize(r.RunTimes, StoredJson.Options)),
    };
}
