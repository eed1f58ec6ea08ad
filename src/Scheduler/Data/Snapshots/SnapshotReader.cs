using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Data.Queries;

namespace Pipeline.Scheduler.Data.Snapshots;

/// <summary>Reads everything that is not over, so that a new leader starts where the last one committed.</summary>
internal static class SnapshotReader
{
    private const string Framework = """
        SELECT framework_id, state, detail, master, master_version, reconciliation::text AS reconciliation
          FROM scheduler.framework WHERE cluster = @cluster
        """;

    private const string Requests = """
        SELECT id, kind, state, active_deploy, pending_deploy, created_at, overrides::text AS overrides, next_fire,
               failures::text AS failures, loops::text AS loops, run_times::text AS run_times
          FROM scheduler.request WHERE cluster = @cluster AND state <> 'Removed'
        """;

    private const string Deploys = """
        SELECT id, request_id, state, spec::text AS spec, created_at, ended_at, crashes, infra_failures, failure_class, reason, parent,
               progress::text AS progress, failure
          FROM scheduler.deploy d
         WHERE cluster = @cluster AND (state IN ('Deploying', 'Retiring', 'Active')
            OR id IN (SELECT deploy_id FROM scheduler.task WHERE cluster = @cluster AND ended_at IS NULL))
        """;

    private const string Tasks = """
        SELECT id, request_id, deploy_id, instance, attempt, phase, agent_id, host, address, rack, offer_ids, ports,
               created_at, not_before, launched_at, running_at, healthy_at, kill_cause, kill_reason, reason, why_pending, shape,
               subject::text AS subject, leaving::text AS leaving, skip_health
          FROM scheduler.task WHERE cluster = @cluster AND ended_at IS NULL
        """;

    private const string Attempts = """
        SELECT t.deploy_id, t.instance, max(t.attempt)
          FROM scheduler.task t JOIN scheduler.deploy d ON d.cluster = t.cluster AND d.id = t.deploy_id
         WHERE t.cluster = @cluster AND d.state IN ('Deploying', 'Retiring', 'Active')
         GROUP BY t.deploy_id, t.instance
        """;

    private const string Agents = """
        SELECT id, host, address, url, rack, attributes::text AS attributes, state, cpus, memory_mb, disk_mb,
            seen_at FROM scheduler.agent WHERE cluster = @cluster
        """;

    public static Task<Snapshot> ReadAsync(NpgsqlDataSource db, string cluster, CancellationToken ct) =>
        ReadAsync(db, cluster, new QuarantinedIds(), ct);

    /// <param name="db">The database.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="quarantined">What is left out; gets what cannot be read.</param>
    /// <param name="ct">Cancels the call.</param>
    public static async Task<Snapshot> ReadAsync(NpgsqlDataSource db, string cluster, QuarantinedIds quarantined, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var of = new { cluster };
        CommandDefinition Command(string sql) => new(sql, of, cancellationToken: ct);
        var framework = await connection.QuerySingleOrDefaultAsync<FrameworkRow>(Command(Framework));
        var requests = await connection.QueryAsync<LiveRequestRow>(Command(Requests));
        var deploys = await connection.QueryAsync<LiveDeployRow>(Command(Deploys));
        var tasks = await connection.QueryAsync<LiveTaskRow>(Command(Tasks));
        var attempts = await connection.QueryAsync<(string Deploy, int Instance, int Attempt)>(Command(Attempts));
        var agents = await connection.QueryAsync<AgentRow>(Command(Agents));
        var freeze = await connection.ExecuteScalarAsync<string?>(
            Command("SELECT payload::text FROM scheduler.freeze WHERE cluster = @cluster"));
        var machines = await connection.QueryAsync<string>(Command("SELECT payload::text FROM scheduler.machine WHERE cluster = @cluster"));
        var forced = await connection.ExecuteScalarAsync<string?>(
            Command("SELECT payload::text FROM scheduler.forced_placement WHERE cluster = @cluster"));
        var live = quarantined.Read(deploys, d => d.RequestId, d => d.ToDeploy());
        var specs = live.ToDictionary(d => d.Id, d => d.Spec, StringComparer.Ordinal);
        var readRequests = quarantined.Read(requests, r => r.Id, ToRequest);
        var readTasks = quarantined.Read(tasks, t => t.RequestId, t => t.ToTask(specs[t.DeployId]));
        var readAgents = quarantined.Read(agents, QuarantineKind.Agent, a => a.Id, ToAgent);
        return new Snapshot(
            new FrameworkRecord(framework?.FrameworkId, FrameworkState.Connecting, null, framework?.Master, framework?.MasterVersion)
            {
                Reconciliation = framework?.Reconciliation is { } text
                    ? JsonSerializer.Deserialize<Reconciliation>(text, StoredJson.Options) : null,
            },
            quarantined.Left(readRequests, r => r.Id), quarantined.Left(live, d => d.RequestId),
                quarantined.Left(readTasks, t => t.RequestId), readAgents,
            attempts.ToDictionary(a => (a.Deploy, a.Instance), a => a.Attempt))
        {
            Machines = [.. machines.Select(m => JsonSerializer.Deserialize<MachineRecord>(m, StoredJson.Options)!)],
            Forced = forced is null ? PlacementForced.Nothing : JsonSerializer.Deserialize<PlacementForced>(forced, StoredJson.Options)!,
            Freeze = freeze is null ? null : JsonSerializer.Deserialize<PriorityFreeze>(freeze, StoredJson.Options),
        };
    }

    private static Request ToRequest(LiveRequestRow r) => new(
        r.Id, Enum.Parse<RequestKind>(r.Kind), Enum.Parse<RequestState>(r.State), r.ActiveDeploy, r.PendingDeploy, r.CreatedAt.Utc())
    {
        Overrides = JsonSerializer.Deserialize<RequestOverrides>(r.Overrides, StoredJson.Options)!,
        NextFire = r.NextFire.Utc(),
        Failures = JsonSerializer.Deserialize<List<InstanceFailure>>(r.Failures, StoredJson.Options)!,
        Loops = JsonSerializer.Deserialize<List<CrashLoop>>(r.Loops, StoredJson.Options)!,
        RunTimes = JsonSerializer.Deserialize<List<double>>(r.RunTimes, StoredJson.Options)!,
    };

    private static AgentRecord ToAgent(AgentRow r) => new(
        r.Id, r.Host, r.Address, r.Url, r.Rack, JsonSerializer.Deserialize<Dictionary<string, string>>(r.Attributes)!,
        Enum.Parse<AgentState>(r.State), Amount.Of(new ResourceNeed(r.Cpus, r.MemoryMb, r.DiskMb, 0)), r.SeenAt.Utc());

    private sealed class FrameworkRow
    {
        public string? FrameworkId { get; init; }
        public string? Master { get; init; }
        public string? MasterVersion { get; init; }
        public string? Reconciliation { get; init; }
    }

    private sealed class LiveRequestRow
    {
        public string Id { get; init; } = "";
        public string Kind { get; init; } = "";
        public string State { get; init; } = "";
        public string? ActiveDeploy { get; init; }
        public string? PendingDeploy { get; init; }
        public DateTime CreatedAt { get; init; }
        public string Overrides { get; init; } = "{}";
        public DateTime? NextFire { get; init; }
        public string Failures { get; init; } = "[]";
        public string Loops { get; init; } = "[]";
        public string RunTimes { get; init; } = "[]";
    }

    private sealed class LiveDeployRow
    {
        public string Id { get; init; } = "";
        public string RequestId { get; init; } = "";
        public string State { get; init; } = "";
        public string Spec { get; init; } = "";
        public DateTime CreatedAt { get; init; }
        public DateTime? EndedAt { get; init; }
        public int Crashes { get; init; }
        public int InfraFailures { get; init; }
        public string? FailureClass { get; init; }
        public string? Reason { get; init; }
        public string? Parent { get; init; }
        public string? Progress { get; init; }
        public string? Failure { get; init; }

        public Deploy ToDeploy() => new(
            Id, RequestId, JsonSerializer.Deserialize<DeploySpec>(Spec, StoredJson.Options)!, Enum.Parse<DeployState>(State),
                CreatedAt.Utc(),
                EndedAt.Utc(),
            Crashes, InfraFailures, FailureClass is null ? null : Enum.Parse<FailureClass>(FailureClass), Reason)
        {
            Parent = Parent,
            Progress = Progress is null ? RolloutProgress.None : JsonSerializer.Deserialize<RolloutProgress>(Progress, StoredJson.Options)!,
            Failure = Failure is null ? null : Enum.Parse<DeployFailure>(Failure),
        };
    }

    private sealed class LiveTaskRow
    {
        public string Id { get; init; } = "";
        public string RequestId { get; init; } = "";
        public string DeployId { get; init; } = "";
        public int Instance { get; init; }
        public int Attempt { get; init; }
        public string Phase { get; init; } = "";
        public string? AgentId { get; init; }
        public string? Host { get; init; }
        public string? Address { get; init; }
        public string? Rack { get; init; }
        public string[] OfferIds { get; init; } = [];
        public int[] Ports { get; init; } = [];
        public DateTime CreatedAt { get; init; }
        public DateTime? NotBefore { get; init; }
        public DateTime? LaunchedAt { get; init; }
        public DateTime? RunningAt { get; init; }
        public DateTime? HealthyAt { get; init; }
        public string? KillCause { get; init; }
        public string? KillReason { get; init; }
        public string? Reason { get; init; }
        public string? WhyPending { get; init; }
        public string? Shape { get; init; }
        public string Subject { get; init; } = "";
        public string? Leaving { get; init; }
        public bool SkipHealth { get; init; }

        public TaskRecord ToTask(DeploySpec spec) => new(Id, RequestId, DeployId, Instance, Attempt, spec.Needs, CreatedAt.Utc())
        {
            Owner = spec.Options.Owner,
            Phase = Enum.Parse<TaskPhase>(Phase), Subject = JsonSerializer.Deserialize<JournalSubject>(Subject, StoredJson.Options)!,
            AgentId = AgentId, Host = Host, Address = Address, Rack = Rack, OfferIds = OfferIds, Ports = Ports,
            NotBefore = NotBefore.Utc(), LaunchedAt = LaunchedAt.Utc(), RunningAt = RunningAt.Utc(), HealthyAt = HealthyAt.Utc(),
            KillCause = KillCause is null ? null : Enum.Parse<KillCause>(KillCause), KillReason = KillReason, Reason = Reason,
                Why = WhyPending, Shape = Shape, SkipHealth = SkipHealth,
            Leaving = Leaving is null ? null : JsonSerializer.Deserialize<Leaving>(Leaving, StoredJson.Options),
        };
    }
}
