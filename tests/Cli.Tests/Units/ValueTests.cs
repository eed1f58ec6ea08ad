using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Tests.Units;

/// <summary>Values as people write them.</summary>
public sealed class ValueTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("0s", 0)]
    [InlineData("0.5s", 0.5)]
    [InlineData("30m", 1800)]
    [InlineData("1.5h", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("36500d", 3153600000)]
    public void A_duration_has_a_number_and_a_unit(string text, double seconds) =>
        Assert.Equal(seconds, Duration.Parse(text, "--timeout").TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("30")]
    [InlineData("-1s")]
    [InlineData("1,5h")]
    [InlineData("30 m")]
    [InlineData("1w")]
    [InlineData("1e3s")]
    [InlineData("NaNs")]
    [InlineData("Infinityd")]
    [InlineData("∞s")]
    [InlineData("36501d")]
    [InlineData("99999999999999999999d")]
    public void What_is_no_duration_is_refused_with_the_options_name(string text)
    {
        var error = Assert.Throws<CommandException>(() => Duration.Parse(text, "--timeout"));
        Assert.Equal(
            (ExitCodes.Usage, $"'{text}' is not a duration.", "Write --timeout 90s, 30m, 4h or 2d."),
            (error.ExitCode, error.Message, error.Hint));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.7", 0.7)]
    [InlineData("1", 1)]
    public void A_priority_is_from_0_to_1(string text, decimal priority) => Assert.Equal(priority, Priority.Parse(text));

    [Theory]
    [InlineData("1.01")]
    [InlineData("-0.1")]
    [InlineData("0,7")]
    [InlineData("high")]
    public void What_is_no_priority_is_refused(string text) =>
        Assert.Equal(ExitCodes.Usage, Assert.Throws<CommandException>(() => Priority.Parse(text)).ExitCode);

    [Fact]
    public void A_query_has_what_was_given_escaped_and_in_order()
    {
        Assert.Equal("b=x%2Fy%20z&a=1", QueryString.Of(("b", "x/y z"), ("none", null), ("a", "1")));
        Assert.Equal("", QueryString.Of(("none", null)));
        Assert.Equal("p", QueryString.Append("p", ""));
        Assert.Equal("p?a=1", QueryString.Append("p", "a=1"));
        Assert.Equal("p?b=2&a=1", QueryString.Append("p?b=2", "a=1"));
    }

    [Theory]
    [InlineData(300, 7)]
    [InlineData(400, 2)]
    [InlineData(401, 4)]
    [InlineData(403, 5)]
    [InlineData(404, 6)]
    [InlineData(409, 7)]
    [InlineData(410, 6)]
    [InlineData(412, 7)]
    [InlineData(418, 1)]
    [InlineData(422, 2)]
    [InlineData(429, 7)]
    [InlineData(500, 1)]
    public void Each_status_has_its_exit_code(int status, int exitCode) => Assert.Equal(exitCode, ExitCodes.ForStatus(status));
}
