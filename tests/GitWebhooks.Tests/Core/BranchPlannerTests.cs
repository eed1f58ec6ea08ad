using CsCheck;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Tests.Core;

/// <summary>Histories are lines: a commit is its branch and its place on it, and all branches start at commit 0.</summary>
public sealed class BranchPlannerTests
{
    private static readonly DateTimeOffset Earlier = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Earlier.AddSeconds(1);

    public static TheoryData<string, string?, string?, string?, bool, bool, bool, string> Plans => new()
    {
        // pushed, held, remote now, before, arrived later → moves, announced, outcome
        { "a1", null, "a1", null, true, true, true, "head moved" },
        { "a1", null, "a2", null, true, true, true, "head moved" }, // a first push whose successor is already on the remote
        { "a1", "a1", "a1", null, true, false, true, "head unchanged" },
        { "a1", "a1", "a2", null, true, false, true, "head unchanged" },
        { "a2", "a1", "a2", "a1", true, true, true, "head moved" },
        { "a2", "a1", "a3", "a1", true, true, true, "head moved" },
        { "a1", "a2", "a1", "a2", true, true, true, "head moved" }, // set back: the remote says so
        { "b1", "a2", "b1", "a2", true, true, true, "head moved" }, // other history: the remote says so
        { "a1", "a2", "a2", null, true, false, false, "late: ccccccc is newer and was processed before" },
        { "a1", "a2", "a2", null, false, false, true, "head stays at the newer ccccccc" },
        { "b1", "a2", "a2", null, true, false, false, "late: ccccccc is newer and was processed before" },
        { "a1", "a2", null, null, true, false, false, "the branch was deleted since" },
        { "a2", "a2", null, null, true, false, false, "the branch was deleted since" },
        { "a1", null, null, null, true, false, false, "the branch was deleted since" },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_push_is_planned_from_what_git_and_the_remote_say(
        string after, string? head, string? remote, string? before, bool later, bool moves, bool announced, string outcome)
    {
        var plan = Plan(after, before, false, later, head, remote);

        Assert.Equal((moves, announced, outcome), (plan.MoveHead, plan.Announce, plan.Outcome));
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(false, "a1", false)] // it goes on from there
    [InlineData(false, "a2", false)] // the same commit
    [InlineData(false, "a3", true)] // set back
    [InlineData(false, "b1", true)] // rewritten
    [InlineData(true, "a1", true)] // the forge says so
    [InlineData(true, null, true)]
    public void A_push_is_forced_when_the_forge_or_git_says_so(bool forge, string? before, bool forced)
    {
        Assert.Equal(forced, Plan("a2", before, forge, true, null, "a2").Forced);
        Assert.Equal(forced, Plan("a2", before, forge, true, "a2", "a2").Forced);
        Assert.Equal(forced, Plan("a2", before, forge, true, "a1", "a3").Forced);
        Assert.Equal(forced, Plan("a2", before, forge, false, "a3", "a3").Forced);
        Assert.Equal(forge, Plan("a2", before, forge, true, null, null).Forced); // git is not asked about a deleted branch
    }

    [Fact]
    public void Two_deliveries_of_the_same_moment_are_both_announced() => Assert.Equal(
        (false, true), Plan("a1", null, false, receivedLater: null, "a2", "a2") is var plan ? (plan.MoveHead, plan.Announce) : default);

    [Fact]
    public void Whatever_arrives_the_head_follows_the_remote_and_no_deleted_branch_is_built() => Gen
        .Select(Names, Names.Null(), Names.Null(), Names.Null(), Gen.Bool, Gen.Bool)
        .Sample((after, head, remote, before, forced, later) =>
        {
            var plan = Plan(after, before, forced, later, head, remote);
            return (remote is not null || !(plan.MoveHead || plan.Announce)) // a deleted branch neither moves nor builds
                && (!plan.MoveHead || plan.Announce) // a head that moves is news
                && !(plan.MoveHead && head == after) // what is held is not moved to
                && (remote != after || head == after || plan.MoveHead) // what the remote shows now is never missed
                && (!(plan.MoveHead && head is not null && remote != after) || IsAncestor(head, after)); // else only forwards
        });

    private static Gen<string> Names => Gen.OneOf("a1", "a2", "a3", "b1", "b2");

    private static BranchPlan Plan(string after, string? before, bool forced, bool? receivedLater, string? head, string? remote) =>
        BranchPlanner.Plan(
            Sha(after), before is null ? null : Sha(before), forced, receivedLater == true ? Later : Earlier,
            head is null ? null : Sha(head), receivedLater == false ? Later : Earlier, remote is null ? null : Sha(remote),
            (ancestor, descendant) => IsAncestor(Name(ancestor), Name(descendant)));

    private static bool IsAncestor(string ancestor, string descendant) => ancestor[0] == descendant[0] && ancestor[1] <= descendant[1];

    private static CommitSha Sha(string name) => CommitSha.Parse(new string((char)(name[0] + (name[1] - '1') * 2), 40));

    private static string Name(CommitSha sha) => sha.ToString()[0] is var c && (c - 'a') % 2 == 0
        ? $"a{(c - 'a') / 2 + 1}" : $"b{(c - 'b') / 2 + 1}";
}
