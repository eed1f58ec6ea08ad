using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data;

/// <summary>The upserts of a group commit: one statement a table, whatever the number of rows.</summary>
internal static class WriteSql
{
    public const string Framework = """
        INSERT INTO scheduler.framework (cluster, framework_id, state, detail, master, master_version, reconciliation, changed_at)
        VALUES (@cluster, @FrameworkId, @State, @Detail, @Master, @MasterVersion, @reconciliation::jsonb, @now)
        ON CONFLICT (cluster) DO UPDATE
           SET framework_id = excluded.framework_id, state = excluded.state, detail = excluded.detail, master = excluded.master,
               master_version = excluded.master_version, reconciliation = excluded.reconciliation, changed_at = excluded.changed_at
        """;

    public const string Agents = """
        INSERT INTO scheduler.agent (cluster, id, host, address, url, rack, attributes, state, cpus, memory_mb, disk_mb, seen_at)
        SELECT @cluster, u.id, u.host, u.address, u.url, u.rack, u.attributes::jsonb, u.state, u.cpus, u.memory, u.disk, u.seen
          FROM unnest(@Id::text[], @Host::text[], @Address::text[], @Url::text[], @Rack::text[], @Attributes::text[], @State::text[],
                      @Cpus::numeric[], @Memory::numeric[], @Disk::numeric[], @Seen::timestamptz[])
               AS u(id, host, address, url, rack, attributes, state, cpus, memory, disk, seen)
        ON CONFLICT (cluster, id) DO UPDATE
           SET host = excluded.host, address = excluded.address, url = excluded.url, rack = excluded.rack, attributes = excluded.attributes,
               state = excluded.state, cpus = excluded.cpus, memory_mb = excluded.memory_mb, disk_mb = excluded.disk_mb,
                   seen_at = excluded.seen_at
        """;

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
           SET state = excluded.state, ended_at = excluded.ended_at, crashes = excluded.crashes, infra_failures = excluded.infra_failures,
               failure_class = excluded.failure_class, reason = excluded.reason, progress = excluded.progress, failure = excluded.failure
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

    /// <summary>Updates of tasks that are not ours are left out; one that came twice is kept once.</summary>
    public const string Statuses = """
        INSERT INTO scheduler.task_status (task_id, at, state, source, reason, message, healthy, uuid)
        SELECT u.task, u.at, u.state, u.source, u.reason, u.message, u.healthy, u.uuid
          FROM unnest(@Task::text[], @At::timestamptz[], @State::text[], @Source::text[], @Reason::text[], @Message::text[],
              @Healthy::boolean[], @Uuid::bytea[])
               WITH ORDINALITY AS u(task, at, state, source, reason, message, healthy, uuid, position)
         WHERE EXISTS (SELECT 1 FROM scheduler.task t WHERE t.id = u.task)
         ORDER BY u.position
        ON CONFLICT (task_id, uuid, at) DO NOTHING
        """;

    public const string Probes = """
        INSERT INTO scheduler.probe (task_id, at, duration_ms, passed, status, detail)
        SELECT u.task, u.at, u.duration, u.passed, u.status, u.detail
          FROM unnest(@Task::text[], @At::timestamptz[], @Duration::float8[], @Passed::boolean[], @Status::int[], @Detail::text[])
               AS u(task, at, duration, passed, status, detail)
        """;

    public static object AgentArguments(string cluster, AgentRecord[] rows) => new
    {
        cluster,
        Id = Column(rows, r => r.Id),
        Host = Column(rows, r => r.Host),
        Address = Column(rows, r => r.Address),
        Url = Column(rows, r => r.Url),
        Rack = Column(rows, r => r.Rack),
        Attributes = Column(rows, r => JsonSerializer.Serialize(r.Attributes)),
        State = Column(rows, r => r.State.ToString()),
        Cpus = Column(rows, r => r.Total.CpusValue),
        Memory = Column(rows, r => r.Total.MemoryValue),
        Disk = Column(rows, r => r.Total.DiskValue),
        Seen = Column(rows, r => r.SeenAt.UtcDateTime),
    };

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

    public static object AnswerArguments(string cluster, DateTime now, IReadOnlyList<(long Id, CommandOutcome Outcome)> rows) => new
    {
        cluster,
        now,
        Id = Column(rows, r => r.Id),
        Code = Column(rows, r => r.Outcome.Code),
        Status = Column(rows, r => r.Outcome.Status),
        Detail = Column(rows, r => r.Outcome.Detail),
    };

    public static object StatusArguments(IReadOnlyList<TaskUpdateRow> rows) => new
    {
        Task = Column(rows, r => r.Status.TaskId),
        At = Column(rows, r => r.At.UtcDateTime),
        State = Column(rows, r => r.Status.State.ToString()),
        Source = Column(rows, r => r.Status.Source),
        Reason = Column(rows, r => r.Status.Reason),
        Message = Column(rows, r => r.Status.Message),
        Healthy = Column(rows, r => r.Status.Healthy),
        Uuid = Column(rows, r => r.Status.Uuid),
    };

    public static object ProbeArguments(IReadOnlyList<ProbeCompleted> rows) => new
    {
        Task = Column(rows, r => r.TaskId),
        At = Column(rows, r => r.At.UtcDateTime),
        Duration = Column(rows, r => r.Took.TotalMilliseconds),
        Passed = Column(rows, r => r.Passed),
        Status = Column(rows, r => r.Status),
        Detail = Column(rows, r => r.Detail),
    };

    private static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        return column;
    }

    // unnest flattens arrays of arrays, so an array travels as PostgreSQL's text form of it.
    private static string ArrayText(IReadOnlyList<string> values) => values.Count == 0
        ? "{}"
        : $"{{{string.Join(',', values.Select(v => $"\"{v.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"",
            StringComparison.Ordinal)}\""))}}}";
}
