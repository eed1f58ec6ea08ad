using Pipeline.LoadBalancers.Contract;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

/// <summary>A page of the matrix.</summary>
/// <param name="Unserved">Services among the rows that have a route and get no traffic.</param>
public sealed record DeployablesModel(IReadOnlyList<MatrixRow> Rows, IReadOnlyList<ServiceTraffic> Unserved)
{
    /// <summary>Null when the deployable gets traffic in the stage, or does not want it.</summary>
    public ServiceTraffic? Find(string deployable, string stage) =>
        Unserved.FirstOrDefault(t => t.Deployable == deployable && t.Stage == stage);
}
