using System.Collections.Frozen;
using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Ui.Actions.Promotions;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Tests.Actions;

/// <summary>What the page says about an approval before the click. The command's own answer is tested with the real command.</summary>
public sealed class ApprovalHintTests
{
    private static readonly ApprovalRuleView Rule = new(new Dictionary<string, int> { ["release-managers"] = 1 }, ["author", "pusher"],
        3600);

    [Theory]
    [InlineData("maria", "release-managers", "", null)]
    [InlineData("maria", "designers", "", "none of the groups that approve here: release-managers")]
    [InlineData("eleni", "release-managers", "", "eleni is the author")]
    [InlineData("ELENI ", "release-managers", "", "is the author")]
    [InlineData("maria", "release-managers", "eleni@shop.example", "maria is the author")]
    [InlineData("nikos", "release-managers", "", "nikos pushed a commit")]
    [InlineData("maria", "release-managers", "nikos", "maria pushed a commit")]
    public void It_names_the_rule_that_would_refuse(string login, string group, string email, string? why)
    {
        var hint = ApprovalHint.WhyNot(Rule, Promotion(), Person(login, [group], email.Length == 0 ? [] : [email]));

        if (why is null)
            Assert.Null(hint);
        else
            Assert.Contains(why, hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_excludes_nobody_lets_the_author_approve() =>
        Assert.Null(ApprovalHint.WhyNot(Rule with { Exclude = [] }, Promotion(), Person("eleni", ["release-managers"], [])));

    [Fact]
    public void A_stage_without_an_approval_has_nothing_to_approve() =>
        Assert.Equal("This stage needs no approval.", ApprovalHint.WhyNot(null, Promotion(), Person("maria", ["release-managers"], [])));

    [Fact]
    public void A_token_is_told_that_only_persons_approve() => Assert.Contains(
        "only persons approve",
        ApprovalHint.WhyNot(Rule, Promotion(), Person("robot", ["release-managers"], []) with { Actor = new Actor(ActorKind.Token,
        "robot") }),
        StringComparison.Ordinal);

    [Fact]
    public void Who_lacks_the_permission_is_told_that_and_nothing_else()
    {
        Assert.Null(ApprovalHint.WhyNot(Rule, Promotion(), Caller.Anonymous));
        Assert.Null(ApprovalHint.WhyNot(Rule, Promotion(), Person("eleni", [], []) with { Permissions = FrozenSet<string>.Empty }));
    }

    private static Caller Person(string login, string[] groups, string[] emails) =>
        new(Actor.Person(login), new[] { Permission.Approve }.ToFrozenSet(), groups, emails);

    private static PromotionPageView Promotion() => new(
        Guid.Empty, 1, Guid.Empty, "shop/billing", "production", "production", "sha256:0", 2, new string('2', 40), "subject", "Eleni",
        "eleni@shop.example",
        "nikos", "Waiting", "system:stages", null, null, null, [], null, DateTimeOffset.UnixEpoch, null, null, null, null, null, null,
        false, [], []);
}
