using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Tests.Http;

public sealed class FieldErrorsTests
{
    private readonly FieldErrors fields = new();

    [Fact]
    public void Without_an_error_there_is_no_problem() => Assert.Null(fields.Problem());

    [Fact]
    public void Every_error_is_in_the_problem_with_a_pointer_to_its_field()
    {
        fields.Require("level", false, "Give a number.");
        fields.Require("kill", true, "never seen");
        fields.Require("resources/cpus", false, "Give cores.");
        var problem = fields.Problem()!;
        Assert.Equal((400, "invalid-request"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Equal("level: Give a number. resources/cpus: Give cores.", problem.ProblemDetails.Detail);
        Assert.Equal(["/level", "/resources/cpus"], Pointers(problem));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("maintenance", true)]
    [InlineData("two\nlines\tand a tab\r\n", true)]
    [InlineData("", false)]
    [InlineData("  \t", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\u001b[2Jb", false)]
    [InlineData("a\u0085b", false)]
    public void A_reason_may_be_left_out_but_not_be_empty_or_hold_control_characters(string? reason, bool good)
    {
        fields.Reason(reason);
        Assert.Equal(good, fields.Problem() is null);
    }

    [Theory]
    [InlineData(280, true)]
    [InlineData(281, false)]
    public void A_reason_has_at_most_280_characters(int characters, bool good)
    {
        fields.Reason(new string('x', characters));
        Assert.Equal(good, fields.Problem() is null);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(0.5, 0.5)]
    [InlineData(3600.0, 3600.0)]
    [InlineData(31_536_000.0, 31_536_000.0)]
    public void A_duration_is_up_to_a_year(double? seconds, double? expected)
    {
        Assert.Equal(expected, fields.Duration("durationSeconds", seconds)?.TotalSeconds);
        Assert.Null(fields.Problem());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(31_536_001.0)]
    [InlineData(1e300)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_duration_that_is_none_is_an_error(double seconds)
    {
        Assert.Null(fields.Duration("durationSeconds", seconds));
        Assert.Equal(["/durationSeconds"], Pointers(fields.Problem()!));
    }

    [Fact]
    public void Reason_and_duration_become_the_details_of_an_action()
    {
        Assert.Equal(new ActionDetails("why", TimeSpan.FromSeconds(60)), fields.Details("why", 60));
        Assert.Equal(new ActionDetails(), fields.Details(null));
    }

    private static IEnumerable<string?> Pointers(ProblemHttpResult problem) =>
        JsonSerializer.SerializeToElement(problem.ProblemDetails.Extensions["errors"]).EnumerateArray()
            .Select(e => e.GetProperty("pointer").GetString());
}
