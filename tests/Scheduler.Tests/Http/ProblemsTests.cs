using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Http.Validation;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>Each problem has a stable type, says what about, and what to do next.</summary>
public sealed class ProblemsTests
{
    [Theory]
    [InlineData("NotStarted", 409, "task-not-started")]
    [InlineData("Gone", 410, "sandbox-gone")]
    [InlineData("NoSuchFile", 404, "file-not-found")]
    [InlineData("NotAFile", 400, "not-a-file")]
    [InlineData("AgentUnreachable", 503, "agent-unreachable")]
    public void A_sandbox_that_cannot_be_read_says_why(string fault, int status, string type) => Is(
        Problems.Sandbox("t1", new SandboxProblem(Enum.Parse<SandboxFault>(fault), "the detail")), status, type, "the detail");

    [Theory]
    [InlineData("NotStarted", 409, "task-not-started")]
    [InlineData("Gone", 410, "usage-gone")]
    [InlineData("NoSuchFile", 503, "agent-unreachable")]
    [InlineData("NotAFile", 503, "agent-unreachable")]
    [InlineData("AgentUnreachable", 503, "agent-unreachable")]
    public void Usage_that_was_never_measured_says_why(string fault, int status, string type) => Is(
        Problems.Usage("t1", new SandboxProblem(Enum.Parse<SandboxFault>(fault), "the detail")), status, type, "the detail");

    [Theory]
    [InlineData("large-scale-down", "acknowledged")]
    [InlineData("request-paused", "Unpause")]
    [InlineData("bounce-under-way", "DELETE")]
    [InlineData("not-subscribed", "cluster")]
    [InlineData("too-many-runs", "cancel")]
    [InlineData("not-found", "/api/v1/requests")]
    [InlineData("something-new", "GET")]
    public void A_refusal_has_the_leaders_status_code_and_reason_and_a_hint(string code, string hint)
    {
        var problem = Problems.Refused(new OperatorAnswer(7, false, code, "why not") { Cluster = "test", Status = 422 });
        Is(problem, 422, code, "why not");
        Assert.Contains(hint, (string)problem.ProblemDetails.Extensions["hint"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, 1, null)]
    [InlineData(null, 200, null)]
    [InlineData(null, 0, "limit")]
    [InlineData(null, 201, "limit")]
    [InlineData("guessed", 30, "cursor")]
    [InlineData("", 30, "cursor")]
    public void A_page_is_asked_for_by_a_limit_and_a_cursor_of_ours(string? cursor, int? limit, string? bad)
    {
        var problem = Problems.BadPage(cursor, limit);
        Assert.Equal(bad, problem?.ProblemDetails.Title!.Split(' ')[2]);
    }

    [Fact]
    public void A_cursor_that_we_made_is_good() => Assert.Null(Problems.BadPage(new TextCursor(DateTimeOffset.UnixEpoch, "t1").ToString(),
        null));

    [Fact]
    public void What_does_not_exist_is_named_with_where_to_look()
    {
        Is(Problems.UnknownCluster("x1"), 404, "cluster-not-found", "'x1'");
        Is(Problems.UnknownTask("x2"), 404, "task-not-found", "'x2'");
        Is(Problems.UnknownAgent("c", "x3"), 404, "agent-not-found", "'x3'");
        Is(Problems.UnknownRequest("c", "x4"), 404, "request-not-found", "'x4'");
        Is(Problems.UnknownDeploy("c", "x5"), 404, "deploy-not-found", "'x5'");
    }

    private static void Is(ProblemHttpResult problem, int status, string type, string detail)
    {
        Assert.Equal((status, type), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Contains(detail, problem.ProblemDetails.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(problem.ProblemDetails.Title!);
        Assert.NotEmpty((string)problem.ProblemDetails.Extensions["hint"]!);
    }
}
