using CsCheck;
using Pipeline.TaskRunner.Files;

namespace Pipeline.TaskRunner.Tests.Files;

public sealed class LinkTargetsTests
{
    [Theory]
    [InlineData("l", "a")]
    [InlineData("l", "./a/./b")]
    [InlineData("l", "a//b/")]
    [InlineData("l", ".")]
    [InlineData("d/l", "..")]
    [InlineData("d/l", "../x")]
    [InlineData("d/e/l", "../../x/y")]
    [InlineData("d/e/l", "./.././../x")]
    [InlineData("l", "..a/...")]
    public void A_target_that_stays_inside_is_safe(string path, string target) => Assert.Null(LinkTargets.WhyUnsafe(path, target));

    [Theory]
    [InlineData("l", "", "points outside (absolute)")]
    [InlineData("l", "/", "points outside (absolute)")]
    [InlineData("l", "/etc", "points outside (absolute)")]
    [InlineData("l", "a\0b", "points outside (absolute)")]
    [InlineData("l", "..", "points outside")]
    [InlineData("l", "./..", "points outside")]
    [InlineData("d/l", "../..", "points outside")]
    [InlineData("d/e/l", "../../../x", "points outside")]
    [InlineData("d/l", "a/..", "climbs after it descended")]
    [InlineData("d/l", "../a/..", "climbs after it descended")]
    public void Any_other_is_refused_with_the_reason(string path, string target, string reason) =>
        Assert.Equal(reason, LinkTargets.WhyUnsafe(path, target));

    /// <summary>Against the plain rule: resolved from the link's folder, the path may not leave the root.</summary>
    [Fact]
    public void What_is_called_safe_resolves_inside() =>
        Gen.Select(OneOf("l", "d/l", "d/e/l"), OneOf(".", "..", "a", "b", "").Array[0, 6]).Sample(
        (path, parts) =>
        {
            var target = string.Join('/', parts);
            if (LinkTargets.WhyUnsafe(path, target) is not null)
                return true;
            var resolved = Path.GetFullPath(Path.Combine("/root", Path.GetDirectoryName(path)!, target));
            return resolved.TrimEnd('/') == "/root" || resolved.StartsWith("/root/", StringComparison.Ordinal);
        });

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
