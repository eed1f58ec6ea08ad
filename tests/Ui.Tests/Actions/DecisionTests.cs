using Bunit;
using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.TestKit;
using Pipeline.Ui.Actions;
using Pipeline.Ui.Actions.Builds;
using Pipeline.Ui.Actions.Promotions;
using Pipeline.Ui.Queries.Builds;

namespace Pipeline.Ui.Tests.Actions;

/// <summary>What people decide about promotions and builds, through the real commands.</summary>
public sealed class DecisionTests : ActionPages
{
    [Theory]
    [InlineData("approve", "Approval recorded.")]
    [InlineData("reject", "Rejection recorded.")]
    public async Task A_decision_is_recorded_with_who_made_it_and_why(string testId, string answer)
    {
        await SignInAsync("maria", [Permission.View, Permission.Approve], ["release-managers"]);

        Assert.Equal(answer, await RunAsync(testId));

        Assert.Equal("maria because", await ReadAsync<string>("SELECT person || ' ' || comment FROM stages.decision"));
    }

    [Fact]
    public async Task Who_is_in_no_group_that_approves_reads_which_ones_do()
    {
        await SignInAsync("petra", [Permission.View, Permission.Approve], ["designers"]);

        Assert.Contains("release-managers", await RunAsync("approve"), StringComparison.Ordinal);

        Assert.Equal(0, await ReadAsync<int>("SELECT count(*)::int FROM stages.decision"));
    }

    [Fact]
    public async Task A_machine_cannot_approve()
    {
        await SignInAsync("robot", [Permission.View, Permission.Approve], ["release-managers"], "token");

        Assert.Contains("only a person can approve", await RunAsync("approve"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_starts_and_says_so()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Promote]);

        Assert.Equal("Rollback started.", await RunAsync("rollback"));

        Assert.Equal(
            "RollingBack", await ReadAsync<string>("SELECT phase FROM stages.promotion WHERE id = '01900000-0000-7000-8000-000000000621'"));
    }

    [Fact]
    public async Task A_release_is_held_and_let_go_on_from_its_page_with_a_reason()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Hold]);

        Assert.Equal("Hold: recorded.", await RunAsync("hold"));
        Assert.Equal("because", await ReadAsync<string>("SELECT held_reason FROM artifact.release WHERE number = 1"));

        Assert.Equal("Lift the hold: recorded.", await RunAsync("lift-hold"));
        Assert.Equal(0, await ReadAsync<int>("SELECT count(*)::int FROM artifact.release WHERE number = 1 AND held_reason IS NOT NULL"));
        Assert.Equal(
            "maria", await ReadAsync<string>("SELECT actor_name FROM journal.event WHERE payload->>'action' = 'release.released'"));
    }

    [Fact]
    public async Task A_release_is_promoted_to_a_stage_from_its_page()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Promote]);
        var before = await ReadAsync<int>("SELECT count(*)::int FROM stages.promotion WHERE stage = 'infra-qa' AND release_number = 1");

        Assert.Equal("Promotion recorded.", await RunAsync("promote-infra-qa"));

        Assert.Equal(
            before + 1, await ReadAsync<int>("SELECT count(*)::int FROM stages.promotion WHERE stage = 'infra-qa' AND release_number = 1"));
    }

    [Fact]
    public async Task A_build_is_cancelled_once()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Build]);

        Assert.Equal("Cancel: recorded.", await RunAsync("cancel-build"));
        Assert.Equal("Cancelled", await ReadAsync<string>("SELECT state FROM build.build WHERE number = 9"));
        Assert.Equal("cancelled by maria: because", await ReadAsync<string>("SELECT reason FROM build.build WHERE number = 9"));

        var again = Service<BuildActions>().Of((await Service<BuildPageQueries>().FindAsync("shop", "billing", 9,
            Ct))! with { FinishedAt = null }).Single();
        Assert.Equal(
            new ActionResult(false, "Not cancelled. The build has already finished."), await Service<ActionRunner>().RunAsync(again,
            new ActionInput(), Ct));
    }

    [Fact]
    public async Task A_build_is_retried_as_a_new_one()
    {
        using var forge = await GitRepo.CreateAsync();
        var sha = await forge.CommitAsync("Charge VAT", ".pipeline.yaml", "modules:\n  api:\n    steps:\n      - run: make\n");
        await forge.PushAsync("main");
        await ExecuteAsync($"UPDATE git.repository SET clone_url = '{forge.Url}'; UPDATE build.build SET sha = '{sha}' WHERE number = 3");
        await SignInAsync("maria", [Permission.View, Permission.Build]);
        var build = (await Service<BuildPageQueries>().FindAsync("shop", "billing", 3, Ct))!;

        var result = await Service<ActionRunner>().RunAsync(Service<BuildActions>().Of(build).Single(), new ActionInput(), Ct);

        Assert.Equal(new ActionResult(true, "Retry: the new build is planned."), result);
        Assert.Equal("person:maria", await ReadAsync<string>("SELECT requested_by FROM build.build WHERE number = 4"));
    }

    [Fact]
    public async Task A_retry_of_a_commit_that_its_remote_lost_says_so()
    {
        using var forge = await GitRepo.CreateAsync();
        await forge.CommitAsync("another one");
        await forge.PushAsync("main");
        await ExecuteAsync($"UPDATE git.repository SET clone_url = '{forge.Url}'");
        await SignInAsync("maria", [Permission.View, Permission.Build]);
        var build = (await Service<BuildPageQueries>().FindAsync("shop", "billing", 3, Ct))!;

        var result = await Service<ActionRunner>().RunAsync(Service<BuildActions>().Of(build).Single(), new ActionInput(), Ct);

        Assert.False(result.Done);
        Assert.StartsWith("Not started.", result.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_outcome_of_a_promotion_reads_as_a_sentence()
    {
        Assert.Equal(new ActionResult(true, "Approval recorded."),
            PromotionActions.Result(new PromotionOutcome.Done(new PromotionId(Waiting)), "Approval recorded."));
        Assert.Equal(
            new ActionResult(false, "Not recorded. There is no promotion 7."),
            PromotionActions.Result(new PromotionOutcome.Unknown("There is no promotion 7."), ""));
        Assert.Equal(
            new ActionResult(false, "Not allowed. Eleni is the author. Ask another."),
            PromotionActions.Result(new PromotionOutcome.Refused("approver-excluded", "Eleni is the author.", "Ask another."), ""));
        Assert.Equal(
            new ActionResult(false, "Not recorded. The plan changed. Read it again."),
            PromotionActions.Result(new PromotionOutcome.Conflict("plan-changed", "The plan changed.", "Read it again."), ""));
    }

    private async Task<string> RunAsync(string testId)
    {
        await AddObjectsOnceAsync();
        var group = (await OpenAllAsync()).First(g => g.Instance.Actions.Any(IsWanted));
        await group.InvokeAsync(() => group.Instance.RunAsync(group.Instance.Actions.First(IsWanted), new ActionInput("because")));
        return group.Find("[data-testid=answer]").TextContent;

        bool IsWanted(PageAction action) => action.TestId == testId && action.Permission != Permission.Operate;
    }

    private async Task AddObjectsOnceAsync()
    {
        if (!await ReadAsync<bool>("SELECT EXISTS (SELECT FROM build.build WHERE number = 9)"))
            await AddObjectsAsync();
    }
}
