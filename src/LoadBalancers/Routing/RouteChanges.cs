using System.Text.RegularExpressions;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Data;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.LoadBalancers.Routing;

/// <summary>A route of a stage.</summary>
/// <param name="Route">As somebody wrote it.</param>
internal sealed record RouteKey(string Stage, string Route)
{
    public string Path { get; } = RoutePath.Normalize(Route ?? "");
}

/// <summary>What operators do to the owners of routes.</summary>
internal sealed partial class RouteChanges(
    RouteStore store, SchedulerQueries scheduler, Journal journal, TimeProvider time, KnownRepositories? repositories = null)
{
    private const int LongestReason = 280;

    public async Task<RouteOutcome> TransferAsync(
        RouteKey key, RepositoryId repository, string deployable, string reason, Actor actor, CancellationToken ct)
    {
        if (Problem(key, reason) is { } invalid)
            return invalid;
        if (!DeployableName().IsMatch(deployable ?? ""))
            return new RouteOutcome.Invalid(
                "deployable", $"'{deployable}' cannot be a deployable: give 1 to 63 letters, digits, '.', '_' and '-'.");
        if (repositories is not null && !await repositories.HasAsync(repository, ct))
            return new RouteOutcome.Invalid(
                "repository", $"There is no repository {repository}: give the id of one that GET /api/v1/repositories lists.");
        return await GiveAsync(key, repository, deployable!, reason, actor, ct);
    }

    private Task<RouteOutcome> GiveAsync(
        RouteKey key, RepositoryId repository, string deployable, string reason, Actor actor, CancellationToken ct) =>
        Transactions.InTransactionAsync<RouteOutcome>(
        async token =>
        {
            var owners = await store.LockAsync(key.Stage, token);
            if (!owners.Any(o => RoutePath.Overlap(o.Route, key.Path) || RoutePath.IsBelow(key.Path, o.Route)))
                return Nobody(key);
            var before = owners.FirstOrDefault(o => o.Route == key.Path);
            if (before is not null && before.Repository == repository && before.Deployable == deployable)
                return new RouteOutcome.Conflict(
                    "already-owner", $"{deployable} has the route {key.Path} in {key.Stage} already.", "There is nothing to do.");
            var owner = new RouteOwner(key.Stage, key.Path, repository, deployable, time.GetUtcNow(), actor.ToString());
            await store.ReplaceAsync([owner], token);
            var happened = new RouteTransferred(key.Stage, key.Path, deployable, before?.Deployable, reason.Trim());
            await journal.AppendAsync(happened, actor, SubjectOf(owner), token);
            return new RouteOutcome.Done($"{deployable} has the route {key.Path} in {key.Stage} now.");
        },
        ct);

    public async Task<RouteOutcome> ReleaseAsync(RouteKey key, string reason, Actor actor, CancellationToken ct)
    {
        if (Problem(key, reason) is { } invalid)
            return invalid;
        var running = await scheduler.ServiceDeploysAsync(ct);
        return await Transactions.InTransactionAsync<RouteOutcome>(
            async token =>
            {
                if ((await store.LockAsync(key.Stage, token)).FirstOrDefault(o => o.Route == key.Path) is not { } owner)
                    return Nobody(key);
                if (running.Any(d => IsUsedBy(owner, d)))
                    return new RouteOutcome.Conflict(
                        "route-in-use", $"{owner.Deployable} runs in {key.Stage} with the route {key.Path}.",
                        "Transfer the route, or promote a release of its repository that does not name it.");
                await store.RemoveAsync(owner, token);
                var happened = new RouteReleased(key.Stage, key.Path, owner.Deployable, reason.Trim());
                await journal.AppendAsync(happened, actor, SubjectOf(owner), token);
                return new RouteOutcome.Done($"Nobody has the route {key.Path} in {key.Stage} now.");
            },
            ct);
    }

    private static bool IsUsedBy(RouteOwner owner, ServiceDeploy d) => d.Stage == owner.Stage && d.Repository == owner.Repository
        && d.Deployable == owner.Deployable && d.Route is { } route && RoutePath.Normalize(route) == owner.Route;

    private static RouteOutcome.Invalid? Problem(RouteKey key, string? reason) =>
        string.IsNullOrWhiteSpace(key.Stage) ? new("stage", "Name the stage whose route it is. GET /api/v1/stages lists them.")
        : string.IsNullOrEmpty(key.Route) || !RoutePath.IsLiteral(key.Path)
            ? new("route", $"'{key.Route}' cannot be a route. {RoutePath.Rule}")
        : string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason ? new("reason", "Say why, in 1 to 280 characters.")
        : null;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\\z")]
    private static partial Regex DeployableName();

    private static RouteOutcome.Unknown Nobody(RouteKey key) => new(
        $"Nobody has the route {key.Path} in {key.Stage}: the next release that names it gets it. GET /api/v1/routes lists those taken.");

    private static JournalSubject SubjectOf(RouteOwner owner) =>
        new() { Repository = owner.Repository, Stage = owner.Stage, Deployable = owner.Deployable };
}
