using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Launching;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Transitions;

namespace Pipeline.Scheduler.Data;

// Rows as Dapper fills them; times come as UTC DateTime.

internal static class RowText
{
    public static string Kebab(string enumName) => JsonNamingPolicy.KebabCaseLower.ConvertName(enumName);

    public static DateTimeOffset Utc(this DateTime at) => new(DateTime.SpecifyKind(at, DateTimeKind.Utc));

    public static DateTimeOffset? Utc(this DateTime? at) => at?.Utc();
}

internal sealed class ClusterRow
{
    public string Name { get; init; } = "";
    public string State { get; init; } = "";
    public string? Detail { get; init; }
    public string? FrameworkId { get; init; }
    public string? Master { get; init; }
    public string? MasterVersion { get; init; }
    public string? Leader { get; init; }
    public DateTime? LeaderSince { get; init; }
    public long Epoch { get; init; }
    public int Agents { get; init; }
    public int ActiveTasks { get; init; }
    public int PendingTasks { get; init; }
    public int UnreachableTasks { get; init; }
    public int ActiveDeploys { get; init; }
    public string? Reconciliation { get; init; }

    public ClusterView ToView() => new(
        Name, RowText.Kebab(State), Detail, FrameworkId, Master, MasterVersion, Leader, LeaderSince.Utc(), Epoch,
        Agents, ActiveTasks, PendingTasks, UnreachableTasks, ActiveDeploys)
    {
        Reconciliation = Reconciliation is null ? null : ViewOf(JsonSerializer.Deserialize<Reconciliation>(Reconciliation, StoredJson.Options)!),
    };

    private static ReconciliationView ViewOf(Reconciliation r) => new(r.Until is null ? "running" : "done", r.Since, r.Until, r.Tasks);
}

internal sealed class AgentRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string Host { get; init; } = "";
    public string Address { get; init; } = "";
    public string Url { get; init; } = "";
    public string Rack { get; init; } = "";
    public string Attributes { get; init; } = "{}";
    public string State { get; init; } = "";
    public DateTime SeenAt { get; init; }
    public decimal Cpus { get; init; }
    public decimal MemoryMb { get; init; }
    public decimal DiskMb { get; init; }
    public decimal UsedCpus { get; init; }
    public decimal UsedMemoryMb { get; init; }
    public decimal UsedDiskMb { get; init; }
    public int Tasks { get; init; }
    public string? HostDecided { get; init; }
    public string? RackDecided { get; init; }

    public AgentView ToView()
    {
        var (host, rack) = (MachineRows.ViewOf(HostDecided), MachineRows.ViewOf(RackDecided));
        var state = MachineRows.StateOf(State, host, rack);
        return new AgentView(
            Cluster, Id, Host, Address, Url, Rack, JsonSerializer.Deserialize<Dictionary<string, string>>(Attributes)!, state,
            new ResourcesView(UsedCpus, UsedMemoryMb, UsedDiskMb), new ResourcesView(Cpus, MemoryMb, DiskMb), Tasks, SeenAt.Utc())
        {
            Machine = rack is not null && rack.State == state && host?.State != state ? rack : host ?? rack,
        };
    }
}

internal sealed class RequestRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string Kind { get; init; } = "";
    public string State { get; init; } = "";
    public string? ActiveDeploy { get; init; }
    public string? PendingDeploy { get; init; }
    public DateTime CreatedAt { get; init; }
    public int ActiveTasks { get; init; }
    public string Overrides { get; init; } = "{}";
    public DateTime? NextFire { get; init; }
    public string Loops { get; init; } = "[]";

    public RequestView ToView()
    {
        var overrides = JsonSerializer.Deserialize<RequestOverrides>(Overrides, StoredJson.Options)!;
        var state = State != "Active" ? RowText.Kebab(State)
            : overrides.Pause is not null ? "paused"
            : overrides.Cooldown is not null ? "cooldown" : "active";
        return new RequestView(Cluster, Id, RowText.Kebab(Kind), state, ActiveDeploy, PendingDeploy, ActiveTasks, CreatedAt.Utc())
        {
            Changes = OverrideViews.Of(overrides),
            NextRunAt = NextFire.Utc(),
            CrashLoops = [.. JsonSerializer.Deserialize<List<CrashLoop>>(Loops, StoredJson.Options)!.Select(l =>
                new CrashLoopView(RowText.Kebab(l.Kind.ToString()), l.Since, l.Until))],
        };
    }
}

internal sealed class DeployRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string Kind { get; init; } = "";
    public string State { get; init; } = "";
    public int Instances { get; init; }
    public int HealthyInstances { get; init; }
    public int Crashes { get; init; }
    public string? FailureClass { get; init; }
    public string? Reason { get; init; }
    public string? CommitSha { get; init; }
    public string? Route { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public string? Parent { get; init; }
    public string? Progress { get; init; }
    public string? Failure { get; init; }
    public string? RolloutSpec { get; init; }

    public DeployView ToView() => new(
        Cluster, Id, RequestId, Kind, RowText.Kebab(State), Instances, HealthyInstances, Crashes,
        FailureClass is null ? null : RowText.Kebab(FailureClass), Reason, CommitSha, Route, CreatedAt.Utc(), EndedAt.Utc())
    {
        Failure = Failure is null ? null : RowText.Kebab(Failure),
        Parent = Parent,
        Rollout = RolloutOf(),
    };

    private RolloutView? RolloutOf()
    {
        if (Progress is null || RolloutSpec is null)
            return null;
        var progress = JsonSerializer.Deserialize<RolloutProgress>(Progress, StoredJson.Options)!;
        var rollout = JsonSerializer.Deserialize<Rollout>(RolloutSpec, StoredJson.Options)!;
        return rollout.IsIncremental || rollout.Acceptance != Acceptance.Automatic
            ? new RolloutView(progress.Step + 1, rollout.Groups.Count + 1, progress.Proven, progress.HealthyAt,
                RowText.Kebab(rollout.Acceptance.ToString()), progress.Failures)
            : null;
    }
}

internal sealed class TaskViewRow
{
    public string Id { get; init; } = "";
    public string Cluster { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string DeployId { get; init; } = "";
    public int Instance { get; init; }
    public int Attempt { get; init; }
    public string Phase { get; init; } = "";
    public string? AgentId { get; init; }
    public string? Host { get; init; }
    public string? Rack { get; init; }
    public int[] Ports { get; init; } = [];
    public string[] OfferIds { get; init; } = [];
    public decimal Cpus { get; init; }
    public decimal MemoryMb { get; init; }
    public decimal DiskMb { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime? LaunchedAt { get; init; }
    public DateTime? RunningAt { get; init; }
    public DateTime? HealthyAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public string? Outcome { get; init; }
    public string? FailureClass { get; init; }
    public int? ExitCode { get; init; }
    public string? Reason { get; init; }
    public string? WhyPending { get; init; }
    public string? CommitSha { get; init; }
    public string Subject { get; init; } = "{}";

    public TaskView ToView() => new(
        Cluster, Id, RequestId, DeployId, Instance, Attempt, RowText.Kebab(Phase), HealthyAt is not null && Phase == "Running",
        AgentId, Host, Rack, Ports, new ResourcesView(Cpus, MemoryMb, DiskMb),
        CreatedAt.Utc(), LaunchedAt.Utc(), RunningAt.Utc(), HealthyAt.Utc(), EndedAt.Utc(),
        Outcome is null ? null : RowText.Kebab(Outcome), FailureClass is null ? null : RowText.Kebab(FailureClass),
        ExitCode, Reason, WhyPending, CommitSha);

    public JournalSubject ToSubject() => JsonSerializer.Deserialize<JournalSubject>(Subject, StoredJson.Options)!;
}

internal sealed class StatusRow
{
    public DateTime At { get; init; }
    public string State { get; init; } = "";
    public string? Source { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public bool? Healthy { get; init; }

    public StatusView ToView() => new(At.Utc(), RowText.Kebab(State), Source, Reason, Message, Healthy);
}

internal sealed class ProbeRow
{
    public DateTime At { get; init; }
    public double DurationMs { get; init; }
    public bool Passed { get; init; }
    public int? Status { get; init; }
    public string? Detail { get; init; }

    public ProbeView ToView() => new(At.Utc(), DurationMs, Passed, Status, Detail);
}

internal sealed class PendingRow
{
    public string Cluster { get; init; } = "";
    public string TaskId { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string DeployId { get; init; } = "";
    public DateTime Since { get; init; }
    public string Reason { get; init; } = "";
    public string? CommitSha { get; init; }

    public PendingView ToView() => new(Cluster, TaskId, RequestId, DeployId, Since.Utc(), Reason, CommitSha);
}

internal sealed class HealthyRow
{
    public string Cluster { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string DeployId { get; init; } = "";
    public string TaskId { get; init; } = "";
    public string Address { get; init; } = "";
    public int[] Ports { get; init; } = [];
    public string? Route { get; init; }
    public string? Stage { get; init; }

    public HealthyInstance ToInstance() => new(Cluster, Stage, RequestId, DeployId, TaskId, Address, Ports[0], Route);
}
