using Pipeline.Scheduler;
using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

public sealed record ClusterModel(
    ClusterView Cluster, IReadOnlyList<AgentView> Agents, IReadOnlyList<OfferView> Offers, IReadOnlyList<PendingView> Pending,
    IReadOnlyList<TaskLine> Tasks, IReadOnlyList<TimelineRow> Timeline);
