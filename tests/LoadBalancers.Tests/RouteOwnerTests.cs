using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Routing;
using Pipeline.LoadBalancers.Tests.Kit;
using Pipeline.Scheduler.Contract;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>Owners of routes on a real database.</summary>
public sealed class RouteOwnerTests
{
    private static readonly Caller Promoter = Caller.System("deploy-stages");
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_first_has_the_route_and_keeps_it()
    {
        await using var edge = await Edge.StartAsync();

        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/Shop/")), ct));
        var conflict = Assert.Single(await edge.Commands.ClaimAsync(
            Promoter, Edge.Wanted(Edge.Other, ("thief", "/shop"), ("more", "/more")), ct));
        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct));

        Assert.Equal(("/shop", Edge.Shop, "web"), (conflict.Taken, conflict.Repository, conflict.Owner));
        // All or nothing: /more is free for whoever comes next.
        Assert.Equal("/shop web", await edge.OwnersAsync());
        Assert.Equal(["route.claimed by system:deploy-stages"], await edge.JournalAsync());
        Assert.Equal("system:deploy-stages", Assert.Single(await edge.Traffic.ListAsync(ct)).By);
    }

    [Fact]
    public async Task A_route_of_one_stage_is_free_in_another()
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);

        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Other, ("web2", "/shop")) with { Stage = "qa" }, ct));
    }

    [Fact]
    public async Task Of_many_that_claim_a_route_at_one_moment_exactly_one_gets_it()
    {
        await using var edge = await Edge.StartAsync();
        var rivals = Enumerable.Range(0, 12)
            .Select(i => (Repository: new RepositoryId(Guid.NewGuid()), Route: i % 2 == 0 ? "/shop" : "/shop/v2"));

        var outcomes = await Task.WhenAll(rivals.Select(r => Task.Run(
            () => edge.Commands.ClaimAsync(Promoter, Edge.Wanted(r.Repository, ("web", r.Route)), ct), ct)));

        Assert.Single(outcomes, o => o.Count == 0);
        var owner = Assert.Single(await edge.Traffic.ListAsync(ct));
        Assert.All(outcomes.Where(o => o.Count > 0), o => Assert.Equal(owner.Repository, o[0].Repository));
        Assert.Single(await edge.JournalAsync());
    }

    [Fact]
    public async Task An_operator_transfers_a_route_and_the_journal_says_who_and_why()
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);

        var done = Assert.IsType<RouteOutcome.Done>(await TransferAsync(edge, "/Shop", Edge.Other, "thief"));

        Assert.Equal("thief has the route /shop in production now.", done.Sentence);
        Assert.Equal("/shop thief", await edge.OwnersAsync());
        Assert.Equal("route.transferred by person:olga", (await edge.JournalAsync())[^1]);
        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Other, ("thief", "/shop")), ct));
        Assert.Single(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct));
        Assert.Equal("already-owner", Assert.IsType<RouteOutcome.Conflict>(await TransferAsync(edge, "/shop", Edge.Other, "thief")).Code);
    }

    [Fact]
    public async Task An_operator_can_divide_a_path_between_two_repositories()
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);
        Assert.Single(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Other, ("api", "/shop/api")), ct));

        Assert.IsType<RouteOutcome.Done>(await TransferAsync(edge, "/shop/api", Edge.Other, "api"));

        Assert.Equal("/shop web, /shop/api api", await edge.OwnersAsync());
        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Other, ("api", "/shop/api")), ct));
        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct));
    }

    [Theory]
    [InlineData("deployable", "production", "/shop", "", true)]
    [InlineData("deployable", "production", "/shop", null, true)]
    [InlineData("deployable", "production", "/shop", "../x", true)]
    [InlineData("deployable", "production", "/shop", "a\nb", true)]
    [InlineData("stage", "", "/shop", "x", true)]
    [InlineData("stage", null, "/shop", "x", true)]
    [InlineData("route", "production", null, "x", true)]
    [InlineData("route", "production", "", "x", true)]
    [InlineData("repository", "production", "/shop", "x", false)]
    public async Task A_route_is_given_to_nobody_who_cannot_be(string field, string? stage, string? route, string? to, bool isKnown)
    {
        var known = new KnownRepositories((id, _) => Task.FromResult(isKnown && id == Edge.Other));
        await using var edge = await Edge.StartAsync(services => services.AddSingleton(known));
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);

        var refused = Assert.IsType<RouteOutcome.Invalid>(
            await edge.Commands.TransferAsync(Promoter, stage!, route!, Edge.Other, to!, "why", ct));

        Assert.Equal(field, refused.Field);
        Assert.Equal("/shop web", await edge.OwnersAsync());
        Assert.Single(await edge.JournalAsync());
    }

    [Theory]
    [InlineData("/nobodys", "reason")]
    [InlineData("/a*", "route")]
    public async Task A_change_of_what_is_not_there_or_of_no_route_or_without_a_reason_is_refused(string route, string field)
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);

        foreach (var refused in new[]
        {
            await edge.Commands.TransferAsync(Promoter, "production", route, Edge.Other, "x", field == "reason" ? " " : "why", ct),
            await edge.Commands.ReleaseAsync(Promoter, "production", route, field == "reason" ? new string('x', 281) : "why", ct),
        })
            Assert.Equal(field, Assert.IsType<RouteOutcome.Invalid>(refused).Field);

        if (field == "reason")
        {
            Assert.IsType<RouteOutcome.Unknown>(await TransferAsync(edge, route, Edge.Other, "x"));
            Assert.IsType<RouteOutcome.Unknown>(await edge.Commands.ReleaseAsync(Promoter, "production", route, "why", ct));
        }

        Assert.Equal("/shop web", await edge.OwnersAsync());
        Assert.Single(await edge.JournalAsync());
    }

    [Fact]
    public async Task A_route_that_its_owner_runs_with_is_not_released_and_one_that_it_left_is()
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/old"), ("api", "/new")), ct);
        await edge.RunAsync(Edge.Shop, "web", "/old");

        var used = Assert.IsType<RouteOutcome.Conflict>(await edge.Commands.ReleaseAsync(Promoter, "production", "/old", "free it", ct));
        Assert.Equal(("route-in-use", "web runs in production with the route /old."), (used.Code, used.Sentence));

        Assert.IsType<RouteOutcome.Done>(await edge.Commands.ReleaseAsync(Promoter, "production", "/new", "nobody serves it", ct));
        Assert.Equal("/old web", await edge.OwnersAsync());
        Assert.Equal("route.released by system:deploy-stages", (await edge.JournalAsync())[^1]);
        Assert.Empty(await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Other, ("thief", "/new")), ct));
    }

    [Fact]
    public async Task Routes_pass_on_within_a_repository_and_end_with_their_deployable()
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop"), ("api", "/api")), ct);

        var passed = await edge.Commands.PassOnAsync(Promoter, Edge.Wanted(Edge.Shop, ("storefront", "/shop")), ct);
        Assert.Equal(("/shop", "storefront"), (Assert.Single(passed).Route, passed[0].Deployable));
        Assert.Empty(await edge.Commands.PassOnAsync(Promoter, Edge.Wanted(Edge.Shop, ("storefront", "/shop")), ct));

        Assert.Equal("/api", Assert.Single(await edge.Commands.AbandonAsync(Promoter, "production", Edge.Shop, ["web", "api"], ct)).Route);
        Assert.Empty(await edge.Commands.AbandonAsync(Promoter, "production", Edge.Other, ["storefront"], ct));
        Assert.Equal("/shop storefront", await edge.OwnersAsync());
        Assert.Equal(4, (await edge.JournalAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_route_that_is_given_up_is_not_taken_back_by_the_instances_that_still_run_unless_they_are_to_stay(bool isRemoved)
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);
        await edge.RunAsync(Edge.Shop, "web", "/shop");
        await edge.RunAsync(Edge.Other, "api", "/api");

        // The proxy looks for owners in the middle: that of /api is missing.
        var look = Task.CompletedTask;
        await Transactions.InTransactionAsync(
            async token =>
            {
                await edge.Commands.AbandonAsync(Promoter, "production", Edge.Shop, ["web"], token);
                using (ExecutionContext.SuppressFlow())
                    look = Task.Run(() => AdoptAsync(edge), token);
                await edge.SomebodyWaitsForALockAsync();
                if (isRemoved)
                    await edge.Get<SchedulerCommands>().RemoveRequestAsync(Promoter, "production", "web", token);
            },
            ct);
        await look;

        await AdoptAsync(edge);
        Assert.Equal(isRemoved ? "/api api" : "/api api, /shop web", await edge.OwnersAsync());
    }

    [Fact]
    public async Task What_ran_before_owners_were_recorded_gets_its_routes_by_who_had_them_first()
    {
        await using var edge = await Edge.StartAsync();
        await edge.RunAsync(Edge.Shop, "web", "/Shop");
        await edge.RunAsync(Edge.Other, "thief", "/shop");
        await edge.RunAsync(Edge.Other, "late", "/other", "/elsewhere/");
        await edge.RunAsync(Edge.Shop, "web2", "/shop/v2");
        await edge.RunAsync(Edge.Shop, "bad", "/r{");
        // A newer deploy does not make its service a newcomer.
        await edge.RunAsync(Edge.Shop, "again", "/same");
        await edge.RunAsync(Edge.Other, "same", "/same", "/same");
        var instances = await edge.Get<SchedulerQueries>().HealthyInstancesAsync(ct);

        var owners = await edge.Get<RouteAdoption>().OwnersAsync(instances, ct);

        Assert.Equal("/elsewhere late, /same again, /shop web, /shop/v2 web2", await edge.OwnersAsync());
        Assert.Equal(4, owners.Count);
        Assert.All(await edge.JournalAsync(), e => Assert.Equal("route.claimed by system:load-balancers", e));
        Assert.Equal(owners, await edge.Get<RouteAdoption>().OwnersAsync(instances, ct));
        Assert.Equal(4, (await edge.JournalAsync()).Count);
    }

    [Fact]
    public async Task Every_service_that_runs_says_whether_it_gets_traffic()
    {
        await using var edge = await Edge.StartAsync();
        await edge.Commands.ClaimAsync(Promoter, Edge.Wanted(Edge.Shop, ("web", "/shop")), ct);
        await edge.RunAsync(Edge.Shop, "web", "/shop");
        await edge.RunAsync(Edge.Other, "thief", "/shop");

        var services = await edge.Traffic.ServicesAsync(ct);

        Assert.Equal(
            [
                "web: Gets no traffic at /shop: no instance is healthy.",
                "thief: Gets no traffic at /shop: web has this route in production. "
                    + "Name another one in .pipeline.yaml, or have an operator transfer it.",
            ],
            services.Select(s => $"{s.Deployable}: {s.Problem}"));
    }

    private async Task AdoptAsync(Edge edge) =>
        await edge.Get<RouteAdoption>().OwnersAsync(await edge.Get<SchedulerQueries>().HealthyInstancesAsync(ct), ct);

    private Task<RouteOutcome> TransferAsync(Edge edge, string route, RepositoryId repository, string deployable) =>
        edge.Commands.TransferAsync(
            new Caller(Actor.Person("olga"), new HashSet<string> { Permission.Operate }, [], []), "production", route, repository,
            deployable, "the team moved", ct);
}
