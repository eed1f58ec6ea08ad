using Pipeline.GitWebhooks.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

public sealed record ClusterModel(
    ClusterView Cluster, IReadOnlyList<RackView> Racks, IReadOnlyList<AgentView> Agents, IReadOnlyList<OfferView> Offers,
    IReadOnlyList<PendingView> Pending, IReadOnlyList<RequestView> Requests, IReadOnlyList<TaskLine> Tasks, IReadOnlyList<TimelineRow> Timeline)
{
    /// <summary>Null: this server does not lead the cluster.</summary>
    public LoopView? Loop { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<DeclinedOfferView> Declined { get; init; } = [];

    public PriorityFreezeView? Freeze { get; init; }

    /// <summary>Null: each request decides where its instances go.</summary>
    public PlacementForcedView? Placement { get; init; }

    /// <summary>Open entries only.</summary>
    public IReadOnlyList<QuarantineView> Aside { get; init; } = [];
}

public sealed record AgentModel(AgentView Agent, WhyView Why, IReadOnlyList<TaskLine> Tasks);

/// <param name="Instances">Of the deploy in force; null when nothing is.</param>
public sealed record RequestModel(
    RequestView Request, WhyView? Why, int? Instances, IReadOnlyList<DeployView> Deploys, IReadOnlyList<TaskLine> Tasks);

/// <param name="Repository">Of its commit, as <c>owner/name</c>.</param>
/// <param name="IsRun">It is one run; otherwise an instance of what runs all the time.</param>
public sealed record TaskModel(TaskDetails Details, WhyView? Why, string? Repository, bool IsRun);
