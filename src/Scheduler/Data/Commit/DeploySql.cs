using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;
using static Pipeline.Scheduler.Data.Commit.Columns;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>The deploys and runs of a commit: one upsert, whatever the number of rows.</summary>
internal static class DeploySql
{
    public const string Deploys = """
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, commit_sha, route, created_at, ended_at, crashes,
                                      infra_failures, failure_class, reason, parent, progress, failure)
        SELECT @cluster, u.id, u.request, u.state, u.spec::jsonb, u.sha, u.route, u.created, u.ended, u.crashes, u.infra, u.class, u.reason,
               u.parent, u.progress::jsonb, u.failure
          FROM unnest(@Id::text[], @Request::text[], @State::text[], @Spec::text[], @Sha::text[], @Route::text[], @Created::timestamptz[],
                      @Ended::timestamptz[], @Crashes::int[], @Infra::int[], @Class::text[], @Reason::text[], @Parent::text[],
                      @Progress::text[], @Failure::text[])
               AS u(id, request, state, spec, sha, route, created, ended, crashes, infra, class, reason, parent, progress, failure)
        ON CONFLICT (cluster, id) DO UPDATE
           SET state = excluded.state, spec = excluded.spec, ended_at = excluded.ended_at, crashes = excluded.crashes,
               infra_failures = excluded.infra_failures,
               failure_class = excluded.failure_class, reason = excluded.reason, progress = excluded.progress, failure = excluded.failure
        """;

    public static object DeployArguments(string cluster, Deploy[] rows) => new
    {
        cluster,
        Id = Column(rows, r => r.Id),
        Request = Column(rows, r => r.RequestId),
        State = Column(rows, r => r.State.ToString()),
        Spec = Column(rows, r => JsonSerializer.Serialize(r.Spec, StoredJson.Options)),
        Sha = Column(rows, r => r.Spec.Subject.Commit?.ToString()),
        Route = Column(rows, r => r.Spec.Route),
        Created = Column(rows, r => r.CreatedAt.UtcDateTime),
        Ended = Column(rows, r => r.EndedAt?.UtcDateTime),
        Crashes = Column(rows, r => r.Crashes),
        Infra = Column(rows, r => r.InfraFailures),
        Class = Column(rows, r => r.FailureClass?.ToString()),
        Reason = Column(rows, r => r.Reason),
        Parent = Column(rows, r => r.Parent),
        Progress = Column(rows, r => r.Progress == RolloutProgress.None ? null : JsonSerializer.Serialize(r.Progress, StoredJson.Options)),
        Failure = Column(rows, r => r.Failure?.ToString()),
    };
}
