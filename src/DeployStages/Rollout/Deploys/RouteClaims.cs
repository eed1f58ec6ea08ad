using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>The routes of a release as it comes into a stage and as it replaces another. Joins the ambient transaction.</summary>
internal sealed class RouteClaims(RouteCommands routes)
{
    /// <summary>What the release needs in the stage.</summary>
    public static WantedRoutes Of(Release release, string stage) => new(
        stage, release.RepositoryId,
        [.. release.Deployables.Where(d => d.Route is not null).Select(d => new WantedRoute(d.Name, d.Route!))]);

    /// <summary>Takes all routes of a release that is about to be deployed.</summary>
    /// <returns>False when another was quicker: none was taken.</returns>
    public async Task<bool> ClaimAsync(Release release, string stage, Actor actor, CancellationToken ct) =>
        (await routes.ClaimAsync(StageActor.For(actor), Of(release, stage), ct)).Count == 0;

    /// <summary>Takes what is free of the routes of a release that a stage returns to: a rollback waits for nobody. What another has
    /// since gets no traffic, and the pages say so.</summary>
    public async Task ReclaimAsync(Release release, string stage, Actor actor, CancellationToken ct)
    {
        var wanted = Of(release, stage);
        foreach (var route in wanted.Routes)
            await routes.ClaimAsync(StageActor.For(actor), wanted with { Routes = [route] }, ct);
    }

    /// <summary>The release is healthy in the stage: it has the routes that the deployables before it had.</summary>
    public Task PassOnAsync(Release release, string stage, CancellationToken ct) =>
        routes.PassOnAsync(StageActor.Caller, Of(release, stage), ct);

    /// <summary>The deployables are gone from the stage.</summary>
    public async Task AbandonAsync(string stage, RepositoryId repository, IReadOnlyList<string> deployables, CancellationToken ct)
    {
        if (deployables.Count > 0)
            await routes.AbandonAsync(StageActor.Caller, stage, repository, deployables, ct);
    }
}
