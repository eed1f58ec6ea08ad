using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Data.Queries;

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
