using System.Net;
using Pipeline.BuildRunner.Contract;
using Pipeline.Kernel;
using Pipeline.TestKit;
using static Pipeline.BuildRunner.Tests.Runner.TaskCalls;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>A step may do with its task's token what it likes: nothing that it sends is answered with 500, and nothing is lost by
/// it.</summary>
public sealed class HostileReportTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const string Nul = "holds a NUL character (\\u0000), which cannot be stored. Remove it.";
    private const string Started = ",\"startedAt\":\"2026-01-01T00:00:00Z\"}";
    private const string NoState = "400 invalid-request: state must be running, succeeded, failed or timed-out.";
    private const string Times = "must be a time from the years 1970 to 9998.";
    private const string Piece = "must have a name, a digest and a media type of 1 to 200 characters.";

    private readonly BuildHost host = fixture.Host;

    /// <summary>Address, body, and the refusal, or its beginning.</summary>
    public static TheoryData<string, string, string> RefusedResults => new()
    {
        { "result", Result("\"outcome\":\"failed\",\"reason\":\"a\\u0000b\""), $"400 invalid-request: reason {Nul}" },
        { "result", Result("\"outcome\":\"failed\",\"failedStep\":\"\\u0000\""), $"400 invalid-request: failedStep {Nul}" },
        {
            "result", Result("\"outcome\":\"succeeded\"", "{\"name\":\"a\\u0000\",\"digest\":\"x\",\"mediaType\":\"t\"}"),
            $"400 invalid-request: artifacts/0/name {Nul}"
        },
        {
            "result", Result("\"outcome\":\"succeeded\"", "{\"name\":\"a\",\"digest\":\"x\",\"mediaType\":\"t\\u0000\"}"),
            $"400 invalid-request: artifacts/0/mediaType {Nul}"
        },
        { "result", Result("\"outcome\":\"succeeded\"", "null"), $"400 invalid-request: artifacts/0 {Piece}" },
        {
            "result", Result("\"outcome\":\"succeeded\"", "{\"name\":\"a\",\"digest\":\"x\",\"mediaType\":\"\"}"),
            $"400 invalid-request: artifacts/0 {Piece}"
        },
        {
            "result", Result("\"outcome\":\"succeeded\"", "{\"name\":\"a\",\"mediaType\":\"t\"}"),
            $"400 invalid-request: artifacts/0 {Piece}"
        },
        { "result", "{\"outcome\":\"succeeded\"}", "400 invalid-request: artifacts must be a list; it may be empty." },
        { "result", Result("\"outcome\":\"Succeeded\""), "400 invalid-request: outcome must be succeeded or failed." },
        { "result", Result("\"outcome\":null"), "400 invalid-request: outcome must be succeeded or failed." },
        { "result", "{}", "400 invalid-request: outcome must be succeeded or failed." },
        { "result", Result("\"outcome\":\"failed\",\"reason\":\"\\ud800\""), "400" },
        { "result", Result("\"outcome\":\"failed\",\"exitCode\":99999999999"), "400" },
        { "result", "", "400" },
        { "result", "null", "400" },
    };

    /// <summary>As <see cref="RefusedResults"/>.</summary>
    public static TheoryData<string, string, string> RefusedSteps => new()
    {
        { "steps/0", "{\"state\":\"Running\"" + Started, NoState },
        { "steps/0", "{\"state\":\"waiting\"" + Started, NoState },
        { "steps/0", "{\"state\":\"failed\\u0000\"" + Started, NoState },
        { "steps/0", "{\"state\":\"\\udc00\"" + Started, "400" },
        { "steps/0", "{\"state\":\"failed\",\"startedAt\":\"yesterday\"}", "400" },
        { "steps/0", "{}", NoState },
        { "steps/0", "{\"state\":\"running\"}", $"400 invalid-request: startedAt {Times}" },
        { "steps/0", Ended("0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), $"400 invalid-request: startedAt {Times}" },
        { "steps/0", Ended("1969-12-31T23:59:59.9999999Z", "2026-01-01T00:00:00Z"), $"400 invalid-request: startedAt {Times}" },
        { "steps/0", Ended("9999-12-31T23:59:59.9999999Z", "2026-01-01T00:00:00Z"), $"400 invalid-request: startedAt {Times}" },
        { "steps/0", Ended("1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z"), $"400 invalid-request: finishedAt {Times}" },
        { "steps/0", Ended("9998-12-31T23:59:59Z", "0001-01-01T00:00:00Z"), $"400 invalid-request: finishedAt {Times}" },
        { "steps/0", "{\"state\":\"running\",\"startedAt\":null}", "400" },
        {
            "steps/1", "{\"state\":\"failed\"" + Started,
            "404 step-unknown: Module 'build' has no step 1. Steps are counted from 0, in the order of the spec."
        },
        {
            "steps/-1", "{\"state\":\"failed\"" + Started,
            "404 step-unknown: Module 'build' has no step -1. Steps are counted from 0, in the order of the spec."
        },
        { "steps/4294967296", "{\"state\":\"failed\"" + Started, "404" },
    };

    /// <summary>Class as sent, and what is kept.</summary>
    public static TheoryData<string?, FailureClass> Classes => new()
    {
        { "app", FailureClass.App },
        { "config", FailureClass.Config },
        { "infra", FailureClass.Infra },
        { "security", FailureClass.Security },
        { "INFRA", FailureClass.Infra }, { null, FailureClass.App }, { "", FailureClass.App }, { "sabotage", FailureClass.App },
        { "7", FailureClass.App }, { "-1", FailureClass.App }, { "app\0", FailureClass.App },
        { "app, config", FailureClass.App },
    };

    [Theory]
    [MemberData(nameof(RefusedResults))]
    [MemberData(nameof(RefusedSteps))]
    public async Task What_cannot_be_recorded_is_refused_with_its_name_and_what_follows_counts(string path, string body, string refusal)
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        HttpResponseMessage answer = null!;
        Assert.Empty(await Written.ByAsync(host.Database, async () => answer = await client.PutRawAsync(path, body)));
        Assert.StartsWith(refusal, await answer.RefusalAsync(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await client.ResultAsync(Good)).StatusCode);
        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded);
        Assert.Equal(BuildState.Succeeded, (await host.DetailAsync(build.Build.Id)).Build.State);
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public async Task A_class_that_there_is_not_never_keeps_a_build_from_ending(string? sent, FailureClass kept)
    {
        var (build, task) = await host.RunningAsync();
        using (task)
            Assert.Equal(HttpStatusCode.NoContent, (await task.ResultAsync(Bad with { Class = sent })).StatusCode);
        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Infra, "exit 1");

        var ended = await host.DetailAsync(build.Build.Id);
        Assert.Equal((BuildState.Failed, kept), (ended.Build.State, ended.Build.FailureClass));
        Assert.Equal((kept, "test", 2), (ended.Modules[0].FailureClass, ended.Modules[0].FailedStep, ended.Modules[0].ExitCode));
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer")]
    [InlineData("Basic abc")]
    [InlineData("")]
    public async Task Without_its_token_a_task_is_nobody(string header)
    {
        var (_, task) = await host.RunningAsync();
        using var client = task;
        client.DefaultRequestHeaders.Remove("Authorization");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        Assert.Empty(await Written.ByAsync(host.Database, async () =>
            Assert.StartsWith("401 task-unknown", await (await client.ResultAsync(Bad)).RefusalAsync(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_token_of_one_task_opens_no_other()
    {
        var (_, one) = await host.RunningAsync();
        var (_, other) = await host.RunningAsync();
        using (one)
        using (other)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, new Uri(other.BaseAddress!, "result"))
            {
                Content = System.Net.Http.Json.JsonContent.Create(Bad),
            };
            request.Headers.Authorization = one.DefaultRequestHeaders.Authorization;
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.Http.SendAsync(request)).StatusCode);
        }
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z")]
    [InlineData("1970-01-01T02:00:00+02:00", "9998-12-31T22:59:59-01:00")]
    public async Task The_first_and_the_last_time_that_a_step_may_have_are_kept(string started, string finished)
    {
        var (build, task) = await host.RunningAsync();
        using (task)
            Assert.Equal(HttpStatusCode.NoContent, (await task.PutRawAsync("steps/0", Ended(started, finished))).StatusCode);

        var step = (await host.DetailAsync(build.Build.Id)).Modules[0].Steps[0];
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Equal(
            (DateTimeOffset.Parse(started, invariant), DateTimeOffset.Parse(finished, invariant)), (step.StartedAt, step.FinishedAt));
    }

    private static string Ended(string started, string finished) =>
        $"{{\"state\":\"failed\",\"startedAt\":\"{started}\",\"finishedAt\":\"{finished}\",\"exitCode\":1}}";

    private static string Result(string fields, string artifacts = "") => $"{{{fields},\"artifacts\":[{artifacts}]}}";
}
