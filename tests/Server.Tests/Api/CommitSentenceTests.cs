using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Server.Api;

namespace Pipeline.Server.Tests.Api;

public sealed class CommitSentenceTests
{
    private static readonly CommitRow Commit = new() { Branches = ["main"], DefaultBranch = "main" };

    [Theory]
    [InlineData("Release 4 runs in production.", "running", "running")]
    [InlineData("Release 4 runs in qa; next is production.", "running", "not-reached")]
    [InlineData("Release 4 waits for production: Soak until 12:00.", "running", "waiting", "Soak until 12:00")]
    [InlineData("Release 4 is rolled back in production: The probe answered 503.", "running", "rolled-back", "The probe answered 503")]
    // It was promoted, and something else came after it: nothing of it runs there.
    [InlineData("Release 4 succeeded in production; the stage has moved on to another release.", "succeeded", "succeeded")]
    [InlineData("Release 4 succeeded in qa; the stage has moved on to another release.", "succeeded", "not-reached")]
    public void A_commit_with_a_release_says_where_that_is(string sentence, string qa, string production, string? reason = null) =>
        Assert.Equal(
            sentence,
            CommitSentence.Next(
                Build("succeeded"), Release(null), [Stage("qa", qa, null), Stage("production", production, reason)], Commit));

    [Theory]
    [InlineData("Build #7 failed: test: exit code 1", "failed", "test: exit code 1")]
    [InlineData("Build #7 is pending: it waits for its first task.", "running", null)]
    [InlineData("Build #7 succeeded; it offers nothing to run.", "succeeded", null)]
    public void A_commit_without_a_release_says_how_its_build_went(string sentence, string state, string? reason) =>
        Assert.Equal(sentence, CommitSentence.Next(Build(state, reason), null, [], Commit));

    [Fact]
    public void A_commit_without_a_build_and_one_that_is_held_say_so()
    {
        Assert.Equal("The push is being read.", CommitSentence.Next(null, null, [], Commit));
        Assert.Equal(
            "Release 4 is held: signature mismatch.",
            CommitSentence.Next(Build("succeeded"), Release("signature mismatch"), [Stage("qa", "running", null)], Commit));
    }

    private static CommitBuild Build(string state, string? reason = null) => new(Guid.Empty, 7, state, null, reason, default, null, null);

    private static CommitRelease Release(string? held) => new(Digest.Of("release"u8), 4, default, held);

    private static CommitStageView Stage(string name, string state, string? reason) => new(name, state, null, null, null, reason, []);
}
