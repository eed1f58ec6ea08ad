using Pipeline.Kernel;
using Pipeline.LoadBalancers.Routing;

namespace Pipeline.LoadBalancers.Contract.Commands;

/// <summary>Who has which route. Each command checks the caller's permission first and writes one transaction: rows and journal events.
/// A route has one owner in each stage: who came first keeps it until an operator transfers or releases it, or until a release of the
/// owner's repository succeeds there without the owner.</summary>
public sealed class RouteCommands
{
    private readonly RouteClaims claims;
    private readonly RouteChanges changes;

    internal RouteCommands(RouteClaims claims, RouteChanges changes) => (this.claims, this.changes) = (claims, changes);

    /// <summary>Takes all routes of a release that is about to be deployed, or none. Joins the ambient transaction. Needs
    /// <see cref="Permission.Promote"/>.</summary>
    /// <returns>Why none was taken; empty when the release has them all.</returns>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<IReadOnlyList<RouteConflict>> ClaimAsync(Caller caller, WantedRoutes wanted, CancellationToken ct)
    {
        caller.Require(Permission.Promote);
        return claims.ClaimAsync(wanted, caller.Actor, ct);
    }

    /// <summary>The release serves the stage now: routes that a deployable of its repository no longer names pass to the one that does.
    /// Joins the ambient transaction. Needs <see cref="Permission.Promote"/>.</summary>
    /// <returns>The routes that passed on.</returns>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<IReadOnlyList<RouteOwner>> PassOnAsync(Caller caller, WantedRoutes wanted, CancellationToken ct)
    {
        caller.Require(Permission.Promote);
        return claims.PassOnAsync(wanted, caller.Actor, ct);
    }

    /// <summary>The deployables are gone from the stage: their routes have no owner any more. Joins the ambient transaction. Needs
    /// <see cref="Permission.Promote"/>.</summary>
    /// <returns>The routes that they had.</returns>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<IReadOnlyList<RouteOwner>> AbandonAsync(
        Caller caller, string stage, RepositoryId repository, IReadOnlyList<string> deployables, CancellationToken ct)
    {
        caller.Require(Permission.Promote);
        return claims.AbandonAsync(stage, repository, deployables, caller.Actor, ct);
    }

    /// <summary>Gives a route to another deployable. Its traffic goes there at once. Needs <see cref="Permission.Operate"/>.</summary>
    /// <param name="route">One that has an owner, or lies above or below one that has.</param>
    /// <param name="repository">Of the new owner.</param>
    /// <param name="deployable">The new owner.</param>
    /// <param name="reason">Recorded in the journal; 1 to 280 characters.</param>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<RouteOutcome> TransferAsync(
        Caller caller, string stage, string route, RepositoryId repository, string deployable, string reason, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return changes.TransferAsync(new RouteKey(stage, route), repository, deployable, reason, caller.Actor, ct);
    }

    /// <summary>Takes a route from an owner that no longer uses it: the next release that names it gets it. Needs
    /// <see cref="Permission.Operate"/>.</summary>
    /// <param name="reason">Recorded in the journal; 1 to 280 characters.</param>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<RouteOutcome> ReleaseAsync(Caller caller, string stage, string route, string reason, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return changes.ReleaseAsync(new RouteKey(stage, route), reason, caller.Actor, ct);
    }
}
