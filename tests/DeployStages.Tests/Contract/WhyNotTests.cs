using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>What a page can say beforehand is what the command would answer.</summary>
public sealed class WhyNotTests
{
    private const string Policy = """
        stages:
          - { name: qa, cluster: qa, bake: 1s }
          - name: production
            cluster: production
            gates: { approval: { groups: { release-managers: 1 }, exclude: [author, pusher] } }
        """;

    public static TheoryData<string, PromotionAction, string?> Decisions => new()
    {
        { "niki", PromotionAction.Approve, null },
        { "niki", PromotionAction.Reject, null },
        { "maria", PromotionAction.Approve, "approver-excluded" },
        { "maria", PromotionAction.Reject, null },
        { "eleni", PromotionAction.Approve, "approver-excluded" },
        { "bot", PromotionAction.Approve, "token-cannot-approve" },
        { "bot", PromotionAction.Reject, "token-cannot-approve" },
        { "niki", PromotionAction.RollBack, "nothing-to-roll-back" },
    };

    [Theory]
    [MemberData(nameof(Decisions))]
    public async Task The_answer_beforehand_is_the_answer_of_the_command(string name, PromotionAction action, string? code)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var p = await stages.PromotionAsync(await stages.ReleaseAsync(), "production");
        var caller = name == "bot" ? Callers.Token(name) : Callers.Person(name);

        var obstacle = await stages.Promotions.WhyNotAsync(caller, p.Id, action, default);

        Assert.Equal(code, obstacle?.Code);
        var outcome = action switch
        {
            PromotionAction.Approve => await stages.Commands.ApproveAsync(caller, p.Id, null, null, default),
            PromotionAction.Reject => await stages.Commands.RejectAsync(caller, p.Id, "no", default),
            PromotionAction.RollBack => await stages.Commands.RollbackAsync(caller, p.Id, null, default),
        };
        Assert.Equal(
            (obstacle?.Sentence, obstacle?.Hint),
            outcome switch
            {
                PromotionOutcome.Refused r => (r.Sentence, r.Hint),
                PromotionOutcome.Conflict c => (c.Sentence, c.Hint),
                _ => (null, null),
            });
    }

    [Theory]
    [InlineData(PromotionAction.Approve, Permission.Approve)]
    [InlineData(PromotionAction.Reject, Permission.Approve)]
    [InlineData(PromotionAction.RollBack, Permission.Promote)]
    public async Task A_missing_permission_comes_first(PromotionAction action, string permission)
    {
        await using var stages = await Stages.StartAsync(Policy);
        var p = await stages.PromotionAsync(await stages.ReleaseAsync(), "production");

        var denied = await stages.Promotions.WhyNotAsync(Callers.Without(permission), p.Id, action, default);
        Assert.Equal(
            new PromotionObstacle(
                "permission-denied", $"niki does not have the permission “{permission}”.", "An administrator can grant it."), denied);
        var anonymous = await stages.Promotions.WhyNotAsync(Caller.Anonymous, p.Id, action, default);
        Assert.Equal($"Sign in as a person with the permission “{permission}”.", anonymous!.Sentence);
    }

    [Fact]
    public async Task A_stage_that_needs_no_approval_and_a_decided_promotion_say_so()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - { name: qa, cluster: qa, bake: 1s }
              - { name: production, cluster: production, after: qa, promote: manual }
            """);
        var release = await stages.ReleaseAsync();
        await stages.PromoteAsync(release, "production");
        var waiting = await stages.PromotionAsync(release, "production");
        Assert.Equal(
            new PromotionObstacle("already-decided", "production needs no approval.", "There is nothing to do."),
            await stages.Promotions.WhyNotAsync(Callers.Person("niki"), waiting.Id, PromotionAction.Approve, default));
        var moving = await stages.PromotionAsync(release, "qa");
        foreach (var action in new[] { PromotionAction.Approve, PromotionAction.Reject })
            Assert.Equal(
                "Promotion 1 is no longer waiting: it is deploying.",
                (await stages.Promotions.WhyNotAsync(Callers.Person("niki"), moving.Id, action, default))!.Sentence);
        Assert.Null(await stages.Promotions.WhyNotAsync(Callers.Person("niki"), moving.Id, PromotionAction.RollBack, default));
    }

    [Fact]
    public async Task Of_a_promotion_that_is_not_there_nothing_is_said() => await WithNothing(async stages =>
        Assert.Null(await stages.Promotions.WhyNotAsync(
            Callers.Person("niki"), new PromotionId(Guid.Empty), PromotionAction.Approve, default)));

    [Fact]
    public async Task Commands_about_a_promotion_that_is_not_there_say_so() => await WithNothing(async stages =>
    {
        var (caller, id) = (Callers.Person("niki"), new PromotionId(Guid.Empty));
        foreach (var outcome in new[]
                 {
                     await stages.Commands.ApproveAsync(caller, id, null, null, default),
                     await stages.Commands.RejectAsync(caller, id, null, default),
                     await stages.Commands.RollbackAsync(caller, id, null, default),
                 })
            Assert.Equal($"There is no promotion {id}.", Assert.IsType<PromotionOutcome.Unknown>(outcome).What);
    });

    private static async Task WithNothing(Func<Stages, Task> check)
    {
        await using var stages = await Stages.StartAsync();
        await check(stages);
    }
}
