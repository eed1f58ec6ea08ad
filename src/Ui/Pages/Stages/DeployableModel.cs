using Pipeline.LoadBalancers.Contract;
using Pipeline.Ui.Queries.Clusters;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

/// <param name="Traffic">Where it runs as a service: whether it gets traffic there, and why not.</param>
public sealed record DeployableModel(
    MatrixRow Row, IReadOnlyList<TaskLine> Tasks, IReadOnlyList<RequestRef> Requests, IReadOnlyList<PromotionLine> Promotions,
    IReadOnlyList<ServiceTraffic> Traffic);
