using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Tests.Http;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData("/x?cluster=a%00b", "cluster", "control characters")]
    [InlineData("/x?cluster=good&tail=%1b", "tail", "control characters")]
    [InlineData("/x?request={301}", "request", "301 characters")]
    public async Task A_parameter_that_nothing_can_print_or_store_is_refused_by_its_name(string target, string name, string why)
    {
        var problem = Assert.IsType<ProblemHttpResult>(await FilterAsync(target));
        Assert.Equal((400, "invalid-parameter"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Contains($" {name} ", problem.ProblemDetails.Title, StringComparison.Ordinal);
        Assert.Contains(why, problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/x")]
    [InlineData("/x?cluster=καλημέρα&active=")]
    [InlineData("/x?request={300}")]
    [InlineData("/x?path={1000}")]
    [InlineData("/x?reason={1000}")]
    public async Task Anything_else_reaches_the_endpoint(string target) => Assert.Equal("reached", await FilterAsync(target));

    [Fact]
    public async Task Values_of_the_path_are_looked_at_too()
    {
        var problem = Assert.IsType<ProblemHttpResult>(await FilterAsync("/x", ("id", "a\u0001")));
        Assert.Contains(" id ", problem.ProblemDetails.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web", null)]
    [InlineData("web.production-1_x", null)]
    [InlineData("-web", "/id")]
    [InlineData("we b", "/id")]
    [InlineData("we/b", "/id")]
    public async Task The_id_of_a_request_deploy_or_run_follows_its_rules(string id, string? pointer)
    {
        var http = new DefaultHttpContext { Request = { RouteValues = { ["id"] = id } } };
        var result = await PathId.Filter(Context(http), _ => ValueTask.FromResult<object?>("reached"));
        if (pointer is null)
            Assert.Equal("reached", result);
        else
            Assert.Equal("invalid-request", Assert.IsType<ProblemHttpResult>(result).ProblemDetails.Type);
    }

    private static async Task<object?> FilterAsync(string target, (string Key, string Value)? route = null)
    {
        for (var n = 300; n <= 1000; n++)
            target = target.Replace($"{{{n}}}", new string('x', n), StringComparison.Ordinal);
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(target.Contains('?', StringComparison.Ordinal)
            ? target[target.IndexOf('?', StringComparison.Ordinal)..] : "");
        if (route is { } value)
            http.Request.RouteValues[value.Key] = value.Value;
        return await CleanText.Filter(Context(http), _ => ValueTask.FromResult<object?>("reached"));
    }

    private static DefaultEndpointFilterInvocationContext Context(HttpContext http) => new(http);
}
