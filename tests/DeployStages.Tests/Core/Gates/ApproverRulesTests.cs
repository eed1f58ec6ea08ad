using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Core.Gates;

public sealed class ApproverRulesTests
{
    private static readonly Contributor Maria = new("Maria", "maria@example.org", "eleni");
    private static readonly Contributor Petros = new("petros", "petros@example.org", null);

    /// <summary>Who, with which address, where author and pusher are excluded; and what comes of it.</summary>
    public static TheoryData<string, string?, bool, bool, string?> Persons => new()
    {
        { "niki", null, true, true, null },
        { "maria", null, true, true, "maria is the author of a commit in this plan." },
        { "MARIA ", null, true, true, "MARIA  is the author of a commit in this plan." },
        { "mp", "MARIA@example.org", true, true, "mp is the author of a commit in this plan." },
        { "mp", "maria@example.com", true, true, null },
        { "eleni", null, true, true, "eleni pushed a commit in this plan." },
        { "Eleni", null, false, true, "Eleni pushed a commit in this plan." },
        { "eleni", null, true, false, null },
        { "ep", "eleni", true, true, "ep pushed a commit in this plan." },
        { "maria", null, false, true, null },
        { "maria", null, false, false, null },
        { "petros", null, true, true, "petros is the author of a commit in this plan." },
        { "petros", null, false, true, null },
    };

    [Theory]
    [MemberData(nameof(Persons))]
    public void Who_contributed_a_commit_is_excluded(string name, string? email, bool author, bool pusher, string? refusal)
    {
        var policy = Sample.Approval(author, pusher, ("release-managers", 1));
        var verdict = ApproverRules.Check(policy, Callers.Person(name, emails: email is null ? [] : [email]), [Maria, Petros]);
        Assert.Equal(refusal, verdict.Refused?.Sentence);
        Assert.Equal(refusal is null ? ["release-managers"] : [], verdict.Groups);
        if (refusal is not null)
            Assert.Equal(("approver-excluded", "Another member of the group must approve."), (verdict.Refused!.Code, verdict.Refused.Hint));
    }

    [Fact]
    public void An_approval_counts_for_every_group_of_the_policy_that_the_person_is_in()
    {
        var policy = Sample.Approval(groups: [("owners", 1), ("release-managers", 1), ("security", 1)]);
        var verdict = ApproverRules.Check(policy, Callers.Person("niki", ["security", "developers", "owners"]), [Maria]);
        Assert.Equal(["owners", "security"], verdict.Groups.Order());
        Assert.Null(verdict.Refused);
    }

    [Fact]
    public void Who_is_in_none_of_the_groups_reads_which_they_are()
    {
        var policy = Sample.Approval(groups: [("owners", 1), ("security", 1)]);
        var refused = ApproverRules.Check(policy, Callers.Person("niki", ["Owners"]), [Maria]).Refused!;
        Assert.Equal("approver-not-in-group", refused.Code);
        Assert.Equal("niki is not in any of the groups that approve here: owners, security.", refused.Sentence);
        Assert.Equal("Ask a member of these groups.", refused.Hint);
    }

    [Theory]
    [InlineData(ActorKind.Token)]
    [InlineData(ActorKind.System)]
    [InlineData(ActorKind.Webhook)]
    public void Only_a_person_approves(ActorKind kind)
    {
        var caller = Callers.Person("bot") with { Actor = new Actor(kind, "bot") };
        var verdict = ApproverRules.Check(Sample.Approval(groups: [("release-managers", 1)]), caller, [Maria]);
        Assert.Equal("token-cannot-approve", verdict.Refused!.Code);
        Assert.Equal("bot is not a person: only a person can approve.", verdict.Refused.Sentence);
        Assert.Empty(verdict.Groups);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void When_nobody_knows_who_made_the_commits_nobody_may_approve_where_someone_is_excluded(bool author, bool pusher, bool may)
    {
        var verdict = ApproverRules.Check(Sample.Approval(author, pusher, ("release-managers", 1)), Callers.Person("niki"), []);
        Assert.Equal(may, verdict.Refused is null);
        if (!may)
            Assert.Equal(
                ("approver-excluded", "Fetch the repository again, then approve."), (verdict.Refused!.Code, verdict.Refused.Hint));
    }
}
