using Pipeline.BuildRunner.Core;

namespace Pipeline.BuildRunner.Tests.Core;

public sealed class SkipWordsTests
{
    [Theory]
    [InlineData("[skip ci]", true)]
    [InlineData("[ci skip] docs", true)]
    [InlineData("docs [no ci]", true)]
    [InlineData("a [skip pipeline] b", true)]
    [InlineData("[SKIP CI]", true)]
    [InlineData("[Skip Ci]x", true)]
    [InlineData("", false)]
    [InlineData("skip ci", false)]
    [InlineData("[skip  ci]", false)]
    [InlineData("[skip-ci]", false)]
    [InlineData("[ skip ci ]", false)]
    [InlineData("[skip ci", false)]
    [InlineData("[skip\nci]", false)]
    [InlineData("[pipeline skip]", false)]
    [InlineData("[s\u212Aip ci]", false)]
    public void A_title_says_that_nothing_is_built(string subject, bool skips) => Assert.Equal(skips, SkipWords.In(subject));

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("en-US")]
    public void Case_does_not_depend_on_the_culture(string culture)
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.True(SkipWords.In("[SKIP PIPELINE] [CI SKIP]"));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }
}
