using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Contract;

public sealed class ApprovalTests
{
    private const string Policy = """
        stages:
          - name: production
            cluster: production
            bake: 1s
            gates:
              approval: { groups: { release-managers: 1, owners: 1 }, exclude: [author, pusher], expires: 1h }
        """;

    [Fact]
    public async Task Deploys_when_every_group_has_approved_this_plan()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "production");
        Assert.Equal(["approval", "approval"], p.Blockers.Select(b => b.Gate));
        var commands = stages.Commands;
        var plan = (await stages.Promotions.PlanAsync(p.Id, default))!;
        Assert.Equal(p.PlanDigest, plan.Digest);

        Assert.IsType<PromotionOutcome.Done>(await commands.ApproveAsync(Callers.Person("niki"), p.Id, plan.Digest, "ok", default));
        Assert.Equal("already-approved", Code(await commands.ApproveAsync(Callers.Person("niki"), p.Id, plan.Digest, null, default)));
        await stages.RunJobsAsync();
        Assert.Equal("owners", Assert.Single((await stages.PromotionAsync(release, "production")).Blockers).ClearedBy);
        Assert.IsType<PromotionOutcome.Done>(
            await commands.ApproveAsync(Callers.Person("petros", ["owners"]), p.Id, plan.Digest, null, default));
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
        Assert.Equal(2, await stages.ScalarAsync<int>(
            "SELECT count(*)::int FROM artifact.attestation WHERE predicate_type = 'urn:x-pipeline:approval/v1'"));
    }

    public static TheoryData<string, string[], string[], string, string?> Rules => new()
    {
        { "niki", ["release-managers"], [], "person", null },
        { "niki", ["developers"], [], "person", "approver-not-in-group" },
        { "deploy-bot", ["release-managers"], [], "token", "token-cannot-approve" },
        { "eleni", ["release-managers"], [], "person", "approver-excluded" }, // pushed
        { "ELENI", ["release-managers"], [], "person", "approver-excluded" },
        { "maria", ["release-managers"], [], "person", "approver-excluded" }, // author by name
        { "mp", ["release-managers"], ["Maria@example.org"], "person", "approver-excluded" }, // author by address
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Who_may_approve(string name, string[] groups, string[] emails, string kind, string? refused)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "production");
        var caller = kind == "token" ? Callers.Token(name) : Callers.Person(name, groups, emails);
        Assert.Equal(refused, Code(await stages.Commands.ApproveAsync(caller, p.Id, null, null, default)));
    }

    [Fact]
    public async Task A_plan_that_changed_and_an_approval_that_expired_count_for_nothing()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "production");
        var commands = stages.Commands;
        Assert.Equal(
            "plan-changed", Code(await commands.ApproveAsync(Callers.Person("niki"), p.Id, Digest.Of([1]).ToString(), null, default)));

        await commands.ApproveAsync(Callers.Person("niki"), p.Id, null, null, default);
        await stages.RunJobsAsync();
        stages.Time.Advance(TimeSpan.FromHours(2));
        await stages.PassAsync(1);
        Assert.Equal(2, (await stages.PromotionAsync(release, "production")).Blockers.Count);
    }

    [Fact]
    public async Task A_rejection_ends_it_and_nothing_runs()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "production");
        await stages.Commands.RejectAsync(Callers.Person("niki"), p.Id, "Not before Monday", default);

        Assert.Equal(PromotionPhase.Rejected, await stages.PhaseAsync(release, "production"));
        Assert.Equal(
            "already-decided",
            Code(await stages.Commands.ApproveAsync(Callers.Person("petros", ["owners"]), p.Id, null, null, default)));
        Assert.Equal(0, await stages.IntakeAsync());
        Assert.Contains("promotion.rejected", await stages.JournalAsync());
    }

    private static string? Code(PromotionOutcome outcome) => outcome switch
    {
        PromotionOutcome.Refused r => r.Code,
        PromotionOutcome.Conflict c => c.Code,
        _ => null,
    };
}
