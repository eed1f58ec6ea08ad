using System.Net;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;
using Pipeline.TestKit;
using static Pipeline.BuildRunner.Tests.Runner.TaskCalls;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>What a task says of its module, and what counts of it.</summary>
public sealed class ResultTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const string Definition =
        "steps: [{ name: test, run: x }]\nartifacts: [{ name: app, path: out }, { name: docs, path: site }]";

    private readonly BuildHost host = fixture.Host;

    /// <summary>Which artifacts the result names and the store has; the reason and class of the failure, null for a success.</summary>
    public static TheoryData<string, string, string?, FailureClass?> Artifacts => new()
    {
        { "app docs", "app docs", null, null },
        { "docs app", "app docs", null, null },
        { "app docs more", "app docs", null, null },
        { "app", "app docs", "The artifact 'docs' (site) was not made.", FailureClass.Config },
        { "", "", "The artifact 'app' (out) was not made.", FailureClass.Config },
        { "App docs", "app docs", "The artifact 'app' (out) was not made.", FailureClass.Config },
        { "app docs", "app", "The artifact 'docs' did not arrive: {docs}.", FailureClass.Infra },
        { "app docs", "docs", "The artifact 'app' did not arrive: {app}.", FailureClass.Infra },
    };

    [Theory]
    [MemberData(nameof(Artifacts))]
    public async Task A_success_counts_when_every_artifact_is_named_and_stored(
        string named, string stored, string? reason, FailureClass? failure)
    {
        var (build, task) = await host.RunningAsync(Definition);
        var salt = build.Build.Id.ToString();
        foreach (var name in Words(stored))
            await host.StoreAsync(name + salt);
        using (task)
            Assert.Equal(HttpStatusCode.NoContent, (await task.ResultAsync(Good with { Artifacts = Made(named, salt) })).StatusCode);
        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded);

        var ended = await host.DetailAsync(build.Build.Id);
        var expected = reason?.Replace("{docs}", DigestOf("docs" + salt), StringComparison.Ordinal)
            .Replace("{app}", DigestOf("app" + salt), StringComparison.Ordinal);
        Assert.Equal((expected, failure), (ended.Modules[0].Reason, ended.Modules[0].FailureClass));
        Assert.Equal(reason is null ? BuildState.Succeeded : BuildState.Failed, ended.Build.State);
        // A build that failed offers nothing: what it did make is not recorded.
        Assert.Equal(reason is null ? ["app", "docs"] : [], ended.Artifacts.Select(a => a.Name).Order());
        Assert.All(ended.Artifacts, a => Assert.Equal(DigestOf(a.Name + salt), a.Digest));
    }

    [Fact]
    public async Task The_size_of_an_artifact_is_the_stores_and_not_what_the_task_says()
    {
        var (build, task) = await host.RunningAsync("steps: [{ run: x }]\nartifacts: [{ name: app, path: out }]");
        var digest = await host.StoreAsync("five!");
        using (task)
            await task.ResultAsync(Good with { Artifacts = [new BuiltArtifact("app", digest.ToString(), -7, "text/plain")] });

        Assert.Equal(
            new ArtifactView("build", "app", digest.ToString(), 5, "text/plain"),
            Assert.Single((await host.DetailAsync(build.Build.Id)).Artifacts));
    }

    [Fact]
    public async Task A_second_result_changes_neither_the_module_nor_its_artifacts()
    {
        var (build, task) = await host.RunningAsync("steps: [{ run: x }]\nartifacts: [{ name: app, path: out }]");
        using var client = task;
        var (first, other) = (await host.StoreAsync("first"), await host.StoreAsync("other"));
        await client.ResultAsync(Good with { Artifacts = [new BuiltArtifact("app", first.ToString(), 5, "text/plain")] });

        foreach (var again in new[]
        {
            Good with { Artifacts = [new BuiltArtifact("app", first.ToString(), 5, "text/plain")] },
            Good with { Artifacts = [new BuiltArtifact("app", other.ToString(), 5, "text/plain")] },
            Good, Bad,
        })
        {
            Assert.Empty(await Written.ByAsync(
                host.Database, async () => Assert.Equal(HttpStatusCode.NoContent, (await client.ResultAsync(again)).StatusCode)));
        }

        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded);
        var ended = await host.DetailAsync(build.Build.Id);
        Assert.Equal((BuildState.Succeeded, first.ToString()), (ended.Build.State, Assert.Single(ended.Artifacts).Digest));
    }

    [Fact]
    public async Task The_same_result_at_once_from_a_runner_that_lost_its_answers_counts_once()
    {
        var (build, task) = await host.RunningAsync("steps: [{ run: x }]\nartifacts: [{ name: app, path: out }]");
        using var client = task;
        var digest = await host.StoreAsync("same" + build.Build.Id);
        var result = Good with { Artifacts = [new BuiltArtifact("app", digest.ToString(), 5, "text/plain")] };
        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.ResultAsync(result)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.NoContent, a.StatusCode));
        var events = await host.EventsAsync();
        Assert.Single(events.OfType<ArtifactStored>(), e => e.Build.Value == build.Build.Id);
        Assert.Single(events.OfType<ModuleBuildFinished>(), e => e.Build.Value == build.Build.Id);
        Assert.Single(events.OfType<BuildFinished>(), e => e.Build.Value == build.Build.Id);
        Assert.Single(await host.Get<ArtifactQueries>().OfBuildAsync(new BuildId(build.Build.Id), CancellationToken.None));
    }

    [Fact]
    public async Task A_result_that_comes_after_the_cancellation_records_no_artifact()
    {
        var (build, task) = await host.RunningAsync("steps: [{ run: x }]\nartifacts: [{ name: app, path: out }]");
        using var client = task;
        var digest = await host.StoreAsync("late");
        await host.Http.PostAsync($"/api/v1/builds/{build.Build.Id}/cancel", null);
        var result = Good with { Artifacts = [new BuiltArtifact("app", digest.ToString(), 4, "text/plain")] };

        Assert.Empty(await Written.ByAsync(
            host.Database, async () => Assert.Equal(HttpStatusCode.NoContent, (await client.ResultAsync(result)).StatusCode)));
        Assert.Equal(BuildState.Cancelled, (await host.DetailAsync(build.Build.Id)).Build.State);
    }

    /// <summary>The reports of a step in order, and what is kept: state, exit code, number of events.</summary>
    [Theory]
    [InlineData("running", "running", StepState.Running, null, 1)]
    [InlineData("running", "succeeded:0", StepState.Succeeded, 0, 2)]
    [InlineData("running", "failed:3", StepState.Failed, 3, 2)]
    [InlineData("running", "timed-out:137", StepState.TimedOut, 137, 2)]
    [InlineData("succeeded:0", "succeeded:0", StepState.Succeeded, 0, 2)]
    [InlineData("succeeded:0", "failed:3", StepState.Succeeded, 0, 2)]
    [InlineData("failed:3", "running", StepState.Failed, 3, 2)]
    [InlineData("timed-out:1", "succeeded:0", StepState.TimedOut, 1, 2)]
    public async Task A_step_goes_forward_only(string one, string two, StepState state, int? exitCode, int events)
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        foreach (var report in new[] { one, two })
        {
            var parts = report.Split(':');
            var answer = await client.StepAsync(0, parts[0], parts.Length > 1 ? int.Parse(parts[1], null) : null);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        var step = (await host.DetailAsync(build.Build.Id)).Modules[0].Steps[0];
        Assert.Equal((state, exitCode, (DateTimeOffset?)At), (step.State, step.ExitCode, step.StartedAt));
        Assert.Equal(state == StepState.Running ? null : At.AddSeconds(1), step.FinishedAt);
        var all = await host.EventsAsync();
        Assert.Equal(
            events,
            all.OfType<StepStarted>().Count(e => e.Build.Value == build.Build.Id)
            + all.OfType<StepFinished>().Count(e => e.Build.Value == build.Build.Id && e.ExitCode == exitCode));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IReadOnlyList<BuiltArtifact> Made(string names, string salt) =>
        [.. Words(names).Select(n => new BuiltArtifact(n, DigestOf(n + salt), 1, "text/plain"))];

    private static string DigestOf(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)).ToString();
}
