using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;
using static Pipeline.Scheduler.Data.Commit.Columns;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>The tasks of a commit: one upsert, whatever the number of rows.</summary>
internal static class TaskSql
{
    /// <summary>Never touches <c>runner_nonce</c>: that column belongs to the exchange of tickets.</summary>
    public const string Tasks = """
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, agent_id, host, address, rack, offer_ids,
            ports,
                                    cpus, memory_mb, disk_mb, created_at, not_before, launched_at, running_at, healthy_at, ended_at,
                                    kill_cause, kill_reason, outcome, failure_class, exit_code, reason, why_pending, commit_sha, subject,
                                    leaving, skip_health, shape)
        SELECT u.id, @cluster, u.request, u.deploy, u.instance, u.attempt, u.phase, u.agent, u.host, u.address, u.rack, u.offers::text[],
            u.ports::int[],
               u.cpus, u.memory, u.disk, u.created, u.not_before, u.launched, u.running, u.healthy, u.ended,
               u.cause, u.kill_reason, u.outcome, u.class, u.exit, u.reason, u.why, u.sha, u.subject::jsonb,
               u.leaving::jsonb, u.skip_health, u.shape
          FROM unnest(@Id::text[], @Request::text[], @Deploy::text[], @Instance::int[], @Attempt::int[], @Phase::text[], @Agent::text[],
              @Host::text[],
                      @Address::text[], @Rack::text[], @Offers::text[], @Ports::text[], @Cpus::numeric[], @Memory::numeric[],
                          @Disk::numeric[],
                      @Created::timestamptz[], @NotBefore::timestamptz[], @Launched::timestamptz[], @Running::timestamptz[],
                          @Healthy::timestamptz[],
                      @Ended::timestamptz[], @Cause::text[], @KillReason::text[], @Outcome::text[], @Class::text[], @Exit::int[],
                          @Reason::text[],
                      @Why::text[], @Sha::text[], @Subject::text[], @Leaving::text[], @SkipHealth::boolean[], @Shape::text[])
               AS u(id, request, deploy, instance, attempt, phase, agent, host, address, rack, offers, ports, cpus, memory, disk, created,
                   not_before,
                    launched, running, healthy, ended, cause, kill_reason, outcome, class, exit, reason, why, sha, subject,
                    leaving, skip_health, shape)
        ON CONFLICT (id) DO UPDATE
           SET phase = excluded.phase, agent_id = excluded.agent_id, host = excluded.host, address = excluded.address, rack = excluded.rack,
               offer_ids = excluded.offer_ids, ports = excluded.ports, not_before = excluded.not_before, launched_at = excluded.launched_at,
               running_at = excluded.running_at, healthy_at = excluded.healthy_at, ended_at = excluded.ended_at,
                   kill_cause = excluded.kill_cause,
               kill_reason = excluded.kill_reason, outcome = excluded.outcome, failure_class = excluded.failure_class,
               exit_code = excluded.exit_code, reason = excluded.reason, why_pending = excluded.why_pending,
               leaving = excluded.leaving, skip_health = excluded.skip_health, shape = excluded.shape
         WHERE scheduler.task.cluster = excluded.cluster
        """;

    public static object TaskArguments(string cluster, TaskRecord[] rows) => new
    {
        cluster,
        Id = Column(rows, r => r.Id),
        Request = Column(rows, r => r.RequestId),
        Deploy = Column(rows, r => r.DeployId),
        Instance = Column(rows, r => r.Instance),
        Attempt = Column(rows, r => r.Attempt),
        Phase = Column(rows, r => r.Phase.ToString()),
        Agent = Column(rows, r => r.AgentId),
        Host = Column(rows, r => r.Host),
        Address = Column(rows, r => r.Address),
        Rack = Column(rows, r => r.Rack),
        Offers = Column(rows, r => ArrayText(r.OfferIds)),
        Ports = Column(rows, r => $"{{{string.Join(',', r.Ports)}}}"),
        Cpus = Column(rows, r => r.Needs.Cpus),
        Memory = Column(rows, r => r.Needs.MemoryMb),
        Disk = Column(rows, r => r.Needs.DiskMb),
        Created = Column(rows, r => r.CreatedAt.UtcDateTime),
        NotBefore = Column(rows, r => r.NotBefore?.UtcDateTime),
        Launched = Column(rows, r => r.LaunchedAt?.UtcDateTime),
        Running = Column(rows, r => r.RunningAt?.UtcDateTime),
        Healthy = Column(rows, r => r.HealthyAt?.UtcDateTime),
        Ended = Column(rows, r => r.EndedAt?.UtcDateTime),
        Cause = Column(rows, r => r.KillCause?.ToString()),
        KillReason = Column(rows, r => r.KillReason),
        Outcome = Column(rows, r => r.Outcome?.ToString()),
        Class = Column(rows, r => r.FailureClass?.ToString()),
        Exit = Column(rows, r => r.ExitCode),
        Reason = Column(rows, r => r.Reason),
        Why = Column(rows, r => r.Why),
        Sha = Column(rows, r => r.Subject.Commit?.ToString()),
        Subject = Column(rows, r => JsonSerializer.Serialize(r.Subject, StoredJson.Options)),
        Leaving = Column(rows, r => r.Leaving is null ? null : JsonSerializer.Serialize(r.Leaving, StoredJson.Options)),
        SkipHealth = Column(rows, r => r.SkipHealth),
        Shape = Column(rows, r => r.Shape),
    };

    // unnest flattens arrays of arrays, so an array travels as PostgreSQL's text form of it.
    private static string ArrayText(IReadOnlyList<string> values) => values.Count == 0
        ? "{}"
        : $"{{{string.Join(',', values.Select(v => $"\"{v.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"",
            StringComparison.Ordinal)}\""))}}}";
}
