using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Queries;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>Whether a release can have its routes in a stage. Joins the ambient transaction.</summary>
internal sealed class RouteChecks(TrafficQueries traffic, RouteClaims claims, RepositoryQueries repositories)
{
    /// <summary>A sentence for each route that the release cannot have, with the owner and what to do.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(string stage, Release release, CancellationToken ct)
    {
        var wanted = RouteClaims.Of(release, stage);
        var problems = wanted.Routes.Where(r => !RoutePath.IsLiteral(r.Route))
            .Select(r => $"{r.Deployable} names the route '{r.Route}', which cannot be one. {RoutePath.Rule}").ToList();
        foreach (var conflict in await traffic.ConflictsAsync(wanted, ct))
            problems.Add(await SentenceAsync(conflict, wanted, ct));
        return problems;
    }

    /// <summary>Takes the routes of a release that is about to be deployed.</summary>
    /// <returns>False when another was quicker: none was taken.</returns>
    public Task<bool> ClaimAsync(string stage, Release release, CancellationToken ct) =>
        claims.ClaimAsync(release, stage, StageActor.System, ct);

    private async Task<string> SentenceAsync(RouteConflict conflict, WantedRoutes wanted, CancellationToken ct)
    {
        var (deployable, route) = (conflict.Wanted.Deployable, RoutePath.Normalize(conflict.Wanted.Route));
        if (conflict.Repository == wanted.Repository)
            return $"{deployable} cannot have the route {route} in {wanted.Stage}: {conflict.Owner} of the same release has it. "
                + "Give each service a route of its own in .pipeline.yaml.";
        var repository = (await repositories.GetAsync(conflict.Repository, ct))?.FullName ?? conflict.Repository.ToString();
        return $"{deployable} cannot have the route {route} in {wanted.Stage}: {Holds(conflict, route, repository)}. "
            + "Name another route in .pipeline.yaml, or have an operator transfer it on the page Routes.";
    }

    private static string Holds(RouteConflict conflict, string route, string repository) => conflict.Taken == route
        ? $"it belongs to {conflict.Owner} of {repository}"
        : $"{conflict.Taken}, {(route.Length > conflict.Taken.Length ? "above" : "below")} it, belongs to {conflict.Owner} of {repository}";
}
