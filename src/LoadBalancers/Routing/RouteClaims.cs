using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Core;
using Pipeline.LoadBalancers.Data;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.LoadBalancers.Routing;

/// <summary>What releases do to the owners of routes as they come and go. Joins the ambient transaction; makes its own when there is
/// none.</summary>
internal sealed class RouteClaims(RouteStore store, Journal journal, TimeProvider time)
{
    /// <summary>All or nothing.</summary>
    public Task<IReadOnlyList<RouteConflict>> ClaimAsync(WantedRoutes wanted, Actor actor, CancellationToken ct) => LockedAsync(
        wanted.Stage,
        async (owners, token) =>
        {
            var conflicts = RoutePlanner.Conflicts(wanted, owners);
            if (conflicts.Count == 0)
                await TakeAsync([.. RoutePlanner.Unowned(wanted, owners).Select(r => OwnerOf(r, wanted, actor))], actor, token);
            return conflicts;
        },
        ct);

    /// <summary>Routes that only the repository's former deployables named.</summary>
    public Task<IReadOnlyList<RouteOwner>> PassOnAsync(WantedRoutes wanted, Actor actor, CancellationToken ct) => LockedAsync(
        wanted.Stage,
        async (owners, token) =>
        {
            IReadOnlyList<RouteOwner> passed = [.. RoutePlanner.Inherited(wanted, owners).Select(r => OwnerOf(r, wanted, actor))];
            if (passed.Count == 0)
                return passed;
            await store.ReplaceAsync(passed, token);
            await journal.AppendAsync(
                [.. passed.Select(o => Entry(o, actor, Passed(o, owners.Single(before => before.Route == o.Route))))], token);
            return passed;
        },
        ct);

    /// <summary>Of deployables that the stage no longer has.</summary>
    public Task<IReadOnlyList<RouteOwner>> AbandonAsync(
        string stage, RepositoryId repository, IReadOnlyList<string> deployables, Actor actor, CancellationToken ct) => LockedAsync(
        stage,
        async (_, token) =>
        {
            var removed = await store.RemoveOfAsync(stage, repository, deployables, token);
            await journal.AppendAsync([.. removed.Select(o => Entry(o, actor, Abandoned(o)))], token);
            return removed;
        },
        ct);

    /// <summary>Gives what runs in the stage the routes that nobody has, as before owners were recorded: who had one first gets
    /// it.</summary>
    /// <param name="services">Reads what runs, in the order in which it had its routes. Asked when nobody else changes the owners any
    /// more: what was given up a moment ago is on its way out by then.</param>
    public Task AdoptAsync(
        string stage, Func<CancellationToken, Task<IReadOnlyList<ServiceDeploy>>> services, Actor actor, CancellationToken ct) =>
        LockedAsync(
        stage,
        async (owners, token) =>
        {
            var found = (await services(token))
                .Where(s => s.Stage == stage && s is { Repository: not null, Deployable: not null, Route: not null }
                    && RoutePath.IsLiteral(RoutePath.Normalize(s.Route)))
                .Select(s => new RouteOwner(
                    stage, RoutePath.Normalize(s.Route!), s.Repository!.Value, s.Deployable!, time.GetUtcNow(), actor.ToString()));
            await TakeAsync([.. found.DistinctBy(o => o.Route).ExceptBy(owners.Select(o => o.Route), o => o.Route)], actor, token);
            return true;
        },
        ct);

    private Task<T> LockedAsync<T>(
        string stage, Func<IReadOnlyList<RouteOwner>, CancellationToken, Task<T>> work, CancellationToken ct) =>
        Transactions.InTransactionAsync(async token => await work(await store.LockAsync(stage, token), token), ct);

    private async Task TakeAsync(IReadOnlyList<RouteOwner> taken, Actor actor, CancellationToken ct)
    {
        if (taken.Count == 0)
            return;
        await store.InsertAsync(taken, ct);
        await journal.AppendAsync([.. taken.Select(o => Entry(o, actor, new RouteClaimed(o.Stage, o.Route, o.Deployable)))], ct);
    }

    private RouteOwner OwnerOf(WantedRoute route, WantedRoutes wanted, Actor actor) => new(
        wanted.Stage, RoutePath.Normalize(route.Route), wanted.Repository, route.Deployable, time.GetUtcNow(), actor.ToString());

    private static NewJournalEntry Entry(RouteOwner owner, Actor actor, JournalEvent happened) =>
        new(happened, actor, new JournalSubject { Repository = owner.Repository, Stage = owner.Stage, Deployable = owner.Deployable });

    private static RouteTransferred Passed(RouteOwner now, RouteOwner before) => new(
        now.Stage, now.Route, now.Deployable, before.Deployable, $"{before.Deployable} no longer names it");

    private static RouteReleased Abandoned(RouteOwner owner) =>
        new(owner.Stage, owner.Route, owner.Deployable, $"{owner.Deployable} is no longer in the release");
}
