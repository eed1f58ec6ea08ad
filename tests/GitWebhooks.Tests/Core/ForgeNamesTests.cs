using CsCheck;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Tests.Core;

public sealed class ForgeNamesTests
{
    [Theory]
    [InlineData("refs/heads/main", true)]
    [InlineData("refs/heads/feature/ä#%-1", true)]
    [InlineData("refs/tags/v1.0", true)]
    [InlineData("refs/heads/@", true)]
    [InlineData("refs/heads/a.lockfile", true)]
    [InlineData("refs/heads/a{b", true)]
    [InlineData("refs/heads/-x", true)]
    [InlineData("", false)]
    [InlineData("main", false)]
    [InlineData("refs/heads/", false)]
    [InlineData("/refs/heads/a", false)]
    [InlineData("refs//heads/a", false)]
    [InlineData("refs/heads/a.", false)]
    [InlineData("refs/heads/.a", false)]
    [InlineData("refs/heads/a/.b", false)]
    [InlineData("refs/heads/a..b", false)]
    [InlineData("refs/heads/a.lock", false)]
    [InlineData("refs/heads/a.lock/b", false)]
    [InlineData("refs/heads/a@{0}", false)]
    [InlineData("refs/heads/a b", false)]
    [InlineData("refs/heads/a:b", false)]
    [InlineData("refs/heads/a*", false)]
    [InlineData("refs/heads/a?", false)]
    [InlineData("refs/heads/a[b", false)]
    [InlineData("refs/heads/a\\b", false)]
    [InlineData("refs/heads/a^b", false)]
    [InlineData("refs/heads/a~1", false)]
    [InlineData("refs/heads/a\nb", false)]
    [InlineData("refs/heads/a\x7f", false)]
    [InlineData("refs/heads/a\u001f", false)]
    public async Task A_ref_is_what_git_takes_as_one(string name, bool isRef)
    {
        Assert.Equal(isRef, ForgeNames.IsRef(name));
        var git = await ChildProcess.RunAsync("git", ["check-ref-format", name], CancellationToken.None);
        Assert.Equal(isRef, git.ExitCode == 0);
    }

    [Theory]
    [InlineData(1013, true)] // with refs/heads/: 1024 bytes
    [InlineData(1014, false)]
    public void A_ref_has_at_most_1024_bytes(int length, bool isBranch)
    {
        Assert.Equal(isBranch, ForgeNames.IsBranch(new string('a', length)));
        Assert.False(ForgeNames.IsBranch(new string('ä', length / 2 + 1)));
    }

    [Fact]
    public void Every_part_of_a_ref_is_looked_at() => Gen.Select(Gen.Int[0, 3], Gen.Char["\0\n ~^:?*[\\\x7f"]).Sample((at, hostile) =>
    {
        string[] parts = ["refs", "heads", "feature", "x"];
        parts[at] += hostile;
        return !ForgeNames.IsRef(string.Join('/', parts));
    });

    [Theory]
    [InlineData("acme", true)]
    [InlineData("a", true)]
    [InlineData("Ελένη.shop_1-2", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a b", false)]
    [InlineData("a\u00a0b", false)]
    [InlineData("a\0", false)]
    [InlineData("a\n", false)]
    public void An_owner_or_a_repository_is_one_plain_word(string? name, bool isName) =>
        Assert.Equal(isName, ForgeNames.IsOwnerOrRepository(name));

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void An_owner_or_a_repository_has_at_most_100_characters(int length, bool isName) =>
        Assert.Equal(isName, ForgeNames.IsOwnerOrRepository(new string('a', length)));
}
