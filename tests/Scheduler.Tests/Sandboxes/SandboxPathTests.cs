using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

/// <summary>What may stand in a path of the API: nothing that leads out of the sandbox.</summary>
public sealed class SandboxPathTests
{
    [Theory]
    [InlineData("..")]
    [InlineData("../deploy.env")]
    [InlineData("out/..")]
    [InlineData("out/../../other")]
    [InlineData("out/./x")]
    [InlineData("./x")]
    [InlineData("/etc/passwd")]
    [InlineData("//")]
    [InlineData("out//x")]
    [InlineData("out/x//")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u001bb")]
    public void A_path_that_leads_out_or_is_not_plain_is_refused(string text)
    {
        Assert.False(SandboxPath.TryParse(text, out var path));
        Assert.Equal(SandboxPath.Root, path);
    }

    [Theory]
    [InlineData(null, "", "", "")]
    [InlineData("", "", "", "")]
    [InlineData("/", "", "", "")]
    [InlineData(".", "", "", "")]
    [InlineData("./", "", "", "")]
    [InlineData("stdout", "stdout", "stdout", "")]
    [InlineData("out/", "out", "out", "")]
    [InlineData("out/report.txt", "out/report.txt", "report.txt", "out")]
    [InlineData("a/b/c", "a/b/c", "c", "a/b")]
    [InlineData("..data/...x", "..data/...x", "...x", "..data")]
    [InlineData("καλημέρα/ a b", "καλημέρα/ a b", " a b", "καλημέρα")]
    public void A_relative_path_has_a_name_and_a_parent(string? text, string value, string name, string parent)
    {
        Assert.True(SandboxPath.TryParse(text, out var path));
        Assert.Equal((value, name, parent), (path.Value, path.Name, path.Parent.Value));
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void A_path_has_at_most_1024_characters(int characters, bool good) =>
        Assert.Equal(good, SandboxPath.TryParse(new string('x', characters), out _));

    [Fact]
    public void Whatever_is_accepted_stays_inside_when_it_is_resolved()
    {
        string[] names = ["..", ".", "", "a", "b..", "..c", "/", "a/b"];
        var random = new Random(11);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Join('/', Enumerable.Range(0, random.Next(1, 6)).Select(_ => names[random.Next(names.Length)]));
            if (SandboxPath.TryParse(text, out var path))
                Assert.StartsWith("/sandbox", Path.GetFullPath(path.Value, "/sandbox"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_root_is_printed_as_a_dot() => Assert.Equal((".", "x"), (SandboxPath.Root.ToString(), new SandboxPath("x").ToString()));
}
