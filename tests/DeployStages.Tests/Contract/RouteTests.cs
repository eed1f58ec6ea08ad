using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.LoadBalancers.Contract.Queries;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>A route has one owner in each stage: what else names it waits before anything of it starts.</summary>
public sealed class RouteTests
{
    private static readonly RepositoryId Other = new(Guid.Parse("01900000-0000-7000-8000-000000000002"));

    [Theory]
    [InlineData("/web", "it belongs to web of shop/web")]
    [InlineData("/WEB/", "it belongs to web of shop/web")]
    [InlineData("/web/v2", "/web, above it, belongs to web of shop/web")]
    public async Task A_route_of_another_repository_blocks_the_promotion_and_the_sentence_names_owner_and_remedy(
        string route, string whose)
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var sent = await stages.IntakeAsync();

        var thief = await stages.ReleaseOfAsync(Other, "thief", null, $"thief:{route}");

        var blocker = Assert.Single((await stages.PromotionAsync(thief, "qa")).Blockers);
        Assert.Equal("route", blocker.Gate);
        Assert.Equal(
            $"thief cannot have the route {route.TrimEnd('/').ToLowerInvariant().PadLeft(1, '/')} in qa: {whose}. "
            + "Name another route in .pipeline.yaml, or have an operator transfer it on the page Routes.",
            blocker.Sentence);
        Assert.Equal("another route, or anyone with the permission operate", blocker.ClearedBy);
        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(thief, "qa"));
        Assert.Equal(sent, await stages.IntakeAsync());
        Assert.Equal("qa /web web", await OwnersAsync(stages));
    }

    [Theory]
    [InlineData("/", "/web")]
    [InlineData("/web", "/")]
    public async Task The_root_of_a_stage_keeps_nobody_from_a_path_below_it_whoever_comes_first(string first, string second)
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync($"one:{first}");
        await stages.GoThroughAsync("qa");

        var other = await stages.ReleaseOfAsync(Other, "two", null, $"two:{second}");

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(other, "qa"));
        var third = await stages.ReleaseOfAsync(
            new RepositoryId(Guid.Parse("01900000-0000-7000-8000-000000000003")), "three", null, "three:/web/cart");
        Assert.Equal("route", Assert.Single((await stages.PromotionAsync(third, "qa")).Blockers).Gate);
    }

    [Fact]
    public async Task A_dry_run_says_that_a_route_is_taken_and_takes_none()
    {
        await using var stages = await Stages.StartAsync(Stages.Automatic);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("infra-qa");
        var thief = await stages.ReleaseOfAsync(Other, "thief", null, "thief:/web", "more");

        var plan = await stages.Promotions.PlanAsync(thief.Digest, "infra-qa", default);
        Assert.Contains(plan!.Blockers, b => b.Gate == "route");
        Assert.DoesNotContain((await stages.Promotions.PlanAsync(thief.Digest, "production", default))!.Blockers, b => b.Gate == "route");
        Assert.DoesNotContain("more", await OwnersAsync(stages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transfer_lets_what_waited_for_the_route_go_on_and_blocks_the_owner_before()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var thief = await stages.ReleaseOfAsync(Other, "thief", null, "thief:/web");

        Assert.IsType<RouteOutcome.Done>(
            await Routes(stages).TransferAsync(Callers.Person("olga"), "qa", "/web", Other, "thief", "the team moved", default));
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(thief, "qa"));
        Assert.Equal("qa /web thief", await OwnersAsync(stages));
        var next = await stages.ReleaseAsync();
        var blocker = Assert.Single((await stages.PromotionAsync(next, "qa")).Blockers);
        Assert.StartsWith(
            "web cannot have the route /web in qa: it belongs to thief of shop/thief.", blocker.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_released_route_goes_to_what_waits_for_it()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync("web:/old");
        await stages.GoThroughAsync("qa");
        await stages.ReleaseAsync("web:/new");
        await stages.GoThroughAsync("qa");
        var other = await stages.ReleaseOfAsync(Other, "other", null, "other:/old");
        // The owner keeps what it no longer names: a rollback needs it.
        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(other, "qa"));

        Assert.IsType<RouteOutcome.Done>(
            await Routes(stages).ReleaseAsync(Callers.Person("olga"), "qa", "/old", "no longer used", default));
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(other, "qa"));
        Assert.Equal("qa /new web, qa /old other", await OwnersAsync(stages));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Two_promotions_that_start_at_one_moment_do_not_both_get_the_route(int runs)
    {
        await using var stages = await Stages.StartAsync("""
            stages: [{ name: qa, cluster: qa, promote: manual }]
            """, runs);
        var releases = new List<Release>();
        foreach (var name in new[] { "one", "two", "three", "four" })
            releases.Add(await stages.ReleaseOfAsync(new RepositoryId(Guid.NewGuid()), name, null, $"{name}:/shared"));
        foreach (var release in releases)
            await stages.Commands.PromoteAsync(Callers.Person("maria"), release.Digest, "qa", null, default);
        var waiting = await stages.Promotions.WaitingAsync(default);

        await Task.WhenAll(waiting.Select(p => Task.Run(
            () => stages.Get<Rollout.PromotionProgress>().AdvanceAsync(p.Id, stages.Time.GetUtcNow(), default))));
        await stages.RunJobsAsync();

        var promotions = await Task.WhenAll(releases.Select(r => stages.PromotionAsync(r, "qa")));
        var winner = Assert.Single(promotions, p => p.Phase == PromotionPhase.Deploying);
        Assert.Equal($"qa /shared {releases.Single(r => r.Digest == winner.Release).Deployables[0].Name}", await OwnersAsync(stages));
        Assert.All(promotions.Except([winner]), p => Assert.Equal("route", Assert.Single(p.Blockers).Gate));
        Assert.Equal(1, await stages.IntakeAsync());
    }

    [Fact]
    public async Task A_route_that_a_release_names_twice_goes_to_nobody_until_the_file_is_right()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync("web:/shop", "api:/SHOP");

        Assert.Equal(
            "web cannot have the route /shop in qa: api of the same release has it. "
            + "Give each service a route of its own in .pipeline.yaml.",
            Assert.Single((await stages.PromotionAsync(release, "qa")).Blockers).Sentence);
        Assert.Equal("", await OwnersAsync(stages));
    }

    [Fact]
    public async Task A_pattern_in_a_release_of_an_older_server_blocks_its_promotion()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync("web:/r{");

        Assert.StartsWith(
            "web names the route '/r{', which cannot be one. Write segments of letters",
            Assert.Single((await stages.PromotionAsync(release, "qa")).Blockers).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployable_that_is_renamed_keeps_the_route_of_its_repository_once_it_is_healthy()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync("web:/shop", "old");
        await stages.GoThroughAsync("qa");

        await stages.ReleaseAsync("storefront:/shop");
        Assert.Equal("qa /old old, qa /shop web", await OwnersAsync(stages)); // web still serves it
        await stages.GoThroughAsync("qa");

        Assert.Equal("qa /shop storefront", await OwnersAsync(stages)); // old is gone from the stage, and its route is free
    }

    [Fact]
    public async Task A_rollback_takes_its_routes_back_where_they_are_free_and_waits_for_none()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync("web:/a", "api:/b");
        await stages.GoThroughAsync("qa");
        await stages.ReleaseAsync("web:/c");
        await stages.GoThroughAsync("qa");
        await Routes(stages).TransferAsync(Callers.Person("olga"), "qa", "/a", Other, "thief", "sold", default);
        Assert.Equal("qa /a thief, qa /c web", await OwnersAsync(stages));

        var bad = await stages.ReleaseAsync("web:/d");
        var good = (await stages.SlotAsync("qa"))!.Stable;
        await stages.FailAsync("qa");
        var back = await stages.PromotionAsync(bad, "qa");
        Assert.Equal((PromotionPhase.RollingBack, good), (back.Phase, back.Target));
        await stages.HealthyAsync("qa");
        var promotion = (await stages.Promotions.OfReleaseAsync(good!.Value, default))[^1];
        Assert.IsType<PromotionOutcome.Done>(await stages.Commands.RollbackAsync(Callers.Person("maria"), promotion.Id, "slow", default));
        await stages.RunJobsAsync();

        Assert.Equal("qa /a thief, qa /b api, qa /c web, qa /d web", await OwnersAsync(stages));
    }

    private static RouteCommands Routes(Stages stages) => stages.Get<RouteCommands>();

    private static async Task<string> OwnersAsync(Stages stages) => string.Join(
        ", ", (await stages.Get<TrafficQueries>().ListAsync(default)).Select(r => $"{r.Stage} {r.Route} {r.Deployable}"));
}
