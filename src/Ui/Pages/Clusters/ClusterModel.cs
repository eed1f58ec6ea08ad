using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Queries.Clusters;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui.Pages.Clusters;

public sealed record ClusterModel(
    ClusterView Cluster, IReadOnlyList<RackView> Racks, IReadOnlyList<AgentView> Agents, IReadOnlyList<OfferView> Offers,
    IReadOnlyList<PendingView> Pending, IReadOnlyList<RequestView> Requests, IReadOnlyList<TaskLine> Tasks,
    IReadOnlyList<TimelineRow> Timeline)
{
    /// <summary>Null: this server does not lead the cluster.</summary>
    public LoopView? Loop { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<DeclinedOfferView> Declined { get; init; } = [];

    public PriorityFreezeView? Freeze { get; init; }

    /// <summary>Null: each request decides where its instances go.</summary>
    public PlacementForcedView? Placement { get; init; }

    /// <summary>Open entries only.</summary>
    public IReadOnlyList<QuarantineView> Quarantine { get; init; } = [];
}
