using System.Net;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.BuildRunner.Jobs;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Jobs;

/// <summary>A build is cancelled in every state, and events of what there is not change nothing.</summary>
public sealed class CancelTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const string Two = """
        modules:
          a: { path: a, steps: [{ name: one, run: x }, { name: two, run: y }] }
          b: { path: b, depends_on: [a], steps: [{ name: three, run: z }] }
        """;

    private readonly BuildHost host = fixture.Host;

    /// <summary>How far the build had come, how many runs are killed, and the states of its modules afterwards.</summary>
    [Theory]
    [InlineData("planned", 0, "Cancelled Cancelled")]
    [InlineData("queued", 1, "Cancelled Cancelled")]
    [InlineData("running", 1, "Cancelled Cancelled")]
    [InlineData("requeued", 1, "Cancelled Cancelled")]
    [InlineData("second", 1, "Succeeded Cancelled")]
    public async Task Cancelling_ends_what_is_open_and_kills_what_runs(string state, int killed, string states)
    {
        var id = await BringToAsync(state);
        var intake = (await host.IntakeAsync()).Count;
        var outcome = await host.Get<BuildCommands>().CancelAsync(
            Caller.System("nikos"), new BuildId(id), "wrong branch", CancellationToken.None);

        Assert.Equal(CancelBuildOutcome.Cancelled, outcome);
        var build = await host.DetailAsync(id);
        Assert.Equal(states, string.Join(' ', build.Modules.Select(m => m.State)));
        Assert.Equal((BuildState.Cancelled, "cancelled by nikos: wrong branch"), (build.Build.State, build.Build.Reason));
        Assert.NotNull(build.Build.FinishedAt);
        Assert.All(build.Modules.SelectMany(m => m.Steps), s => Assert.Contains(s.State, new[] { StepState.Skipped, StepState.Succeeded }));
        var kills = (await host.IntakeAsync()).Skip(intake).ToList();
        Assert.All(kills, k => Assert.Equal("cancel-run", k.GetProperty("kind").GetString()));
        Assert.Equal(killed, kills.Count);
        var finished = (await host.EventsAsync()).OfType<BuildFinished>().Single(e => e.Build.Value == id);
        Assert.Equal((Outcome.Cancelled, null), (finished.Outcome, finished.Class));
    }

    [Theory]
    [InlineData("planned")]
    [InlineData("queued")]
    [InlineData("running")]
    [InlineData("second")]
    public async Task After_the_cancellation_nothing_changes_the_build_any_more(string state)
    {
        var id = await BringToAsync(state);
        await host.Http.PostAsync($"/api/v1/builds/{id}/cancel", null);
        var modules = (await host.DetailAsync(id)).Modules;
        Assert.Empty(await Written.ByAsync(host.Database, async () =>
        {
            await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
            foreach (var outcome in Enum.GetValues<Outcome>())
                await host.EndTaskAsync(modules[0], outcome, outcome == Outcome.Failed ? FailureClass.App : null, "late");
            await host.EndTaskAsync(modules[0], Outcome.Failed, FailureClass.Infra, "late", final: false);
            Assert.Equal(HttpStatusCode.Conflict, (await host.Http.PostAsync($"/api/v1/builds/{id}/cancel", null)).StatusCode);
        }));
    }

    [Fact]
    public async Task Cancelled_many_times_at_once_it_is_cancelled_once()
    {
        var id = await BringToAsync("running");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            _ => host.Get<BuildCommands>().CancelAsync(Caller.System("test"), new BuildId(id), null, CancellationToken.None)));
        Assert.Single(outcomes, o => o == CancelBuildOutcome.Cancelled);
        Assert.Equal(5, outcomes.Count(o => o == CancelBuildOutcome.AlreadyOver));
        Assert.Single((await host.EventsAsync()).OfType<BuildFinished>(), e => e.Build.Value == id);
    }

    [Theory]
    [InlineData(null, "cancelled by test")]
    [InlineData("", "cancelled by test")]
    [InlineData(" \t", "cancelled by test")]
    [InlineData("x", "cancelled by test: x")]
    public async Task The_reason_names_who_and_why(string? message, string reason)
    {
        var id = await BringToAsync("queued");
        await host.Get<BuildCommands>().CancelAsync(Caller.System("test"), new BuildId(id), message, CancellationToken.None);
        var build = await host.DetailAsync(id);
        Assert.Equal((reason, reason), (build.Build.Reason, build.Modules[0].Reason));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("running")]
    [InlineData("rejected")]
    public async Task A_retry_is_a_new_build_of_the_same_commit_whatever_became_of_the_first(string state)
    {
        var id = state == "rejected" ? (await host.PushAsync("stepz: 1")).Build.Id : await BringToAsync("running");
        if (state == "cancelled")
            await host.Http.PostAsync($"/api/v1/builds/{id}/cancel", null);
        var old = await host.DetailAsync(id);
        var started = Assert.IsType<StartBuildOutcome.Started>(
            await host.Get<BuildCommands>().RetryAsync(Caller.System("nikos"), new BuildId(id), CancellationToken.None));

        var build = (await host.DetailAsync(started.Build.Value)).Build;
        Assert.Equal((old.Build.Sha, old.Build.Branch, (Guid?)id), (build.Sha, build.Branch, build.RetryOf));
        Assert.Equal((BuildTrigger.Retry, old.Build.Number + 1, "system:nikos"), (build.Trigger, build.Number, build.RequestedBy));
        Assert.Equal(state == "rejected" ? BuildState.Failed : BuildState.Running, build.State);
        Assert.Equal(old.Build, (await host.DetailAsync(id)).Build);
    }

    [Fact]
    public async Task Events_of_what_there_is_not_change_nothing()
    {
        var unknown = Guid.CreateVersion7();
        Assert.Empty(await Written.ByAsync(host.Database, async () =>
        {
            await host.Get<AdvanceBuildJob>().ExecuteAsync(unknown, CancellationToken.None);
            await host.Get<CreateReleaseJob>().ExecuteAsync(unknown, CancellationToken.None);
            foreach (var run in new[] { $"build.{unknown:N}", "build.", "build.x", "", "web.qa.1", $"BUILD.{unknown:N}" })
            {
                await host.Get<BuildTaskEndedJob>().ExecuteAsync(run, run + ".0.1", true, "Failed", "App", "x", CancellationToken.None);
                await host.Get<BuildTaskEndedJob>().ExecuteAsync(run, run + ".0.1", false, "Failed", "Infra", "x", CancellationToken.None);
                await host.Get<BuildTaskEndedJob>().ExecuteAsync(run, CancellationToken.None);
            }

            var gone = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Get<PlanBuildJob>().ExecuteAsync(
                unknown, new string('a', 40), "main", CancellationToken.None));
            Assert.Equal($"Commit {new string('a', 40)} of repository {unknown} is not on its remote.", gone.Message);
        }));
    }

    private async Task<Guid> BringToAsync(string state)
    {
        await host.Repo.CommitAsync("a", "a/file");
        await host.Repo.CommitAsync("b", "b/file");
        var sha = await host.Repo.CommitAsync("c", ".pipeline.yaml", $"{Two}\n# {Guid.CreateVersion7()}");
        await host.Repo.PushAsync("main");
        var id = await host.PlanAsync(sha);
        if (state == "planned")
            return id;
        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        if (state == "queued")
            return id;
        var module = (await host.DetailAsync(id)).Modules[0];
        using var task = await host.LaunchAsync(module, id);
        await task.StepAsync(0, "succeeded", 0);
        if (state == "requeued")
            await host.EndTaskAsync(module, Outcome.Failed, FailureClass.Infra, "agent lost", final: false);
        if (state == "second")
        {
            await task.ResultAsync(TaskCalls.Good);
            await host.EndTaskAsync(module, Outcome.Succeeded);
        }

        return id;
    }
}
