using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Queries.Clusters;

namespace Pipeline.Ui.Pages.Clusters;

/// <summary>A request with its deploys and tasks.</summary>
/// <param name="Instances">Of the deploy in force; null when nothing is.</param>
/// <param name="Traffic">Where it is served, or why not; null when it is no service of a stage.</param>
public sealed record RequestModel(
    RequestView Request, WhyView? Why, int? Instances, IReadOnlyList<DeployView> Deploys, IReadOnlyList<TaskLine> Tasks,
    ServiceTraffic? Traffic);
