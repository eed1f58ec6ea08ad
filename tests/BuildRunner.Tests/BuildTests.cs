using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.BuildRunner.Contract.Queries;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Jobs;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Tests;

public sealed class BuildTests
{
    private const string Two = """
        modules:
          common: { path: common, steps: [{ name: test, run: ./test.sh }] }
          api: { path: api, depends_on: [common], env: { A: b }, steps: [{ name: package, run: ./package.sh }], artifacts: [{ name: api, path: out }] }
        deployables:
          web: { artifact: api, run: ./server }
        """;

    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
    private static readonly BuildResult Good = new("succeeded", null, null, null, null, []);

    [Fact]
    public async Task A_push_goes_through_its_modules_to_a_release()
    {
        await using var host = await BuildHost.StartAsync();
        await host.Repo.CommitAsync("a", "common/test.sh", "true");
        await host.Repo.CommitAsync("b", "api/package.sh", "true");
        var build = await host.PushAsync(Two);
        Assert.Equal([ModuleState.Queued, ModuleState.Waiting], build.Modules.Select(m => m.State));
        var run = Assert.Single(await host.IntakeAsync()).GetProperty("run");
        Assert.Equal("build.acme.shop.common", run.GetProperty("requestId").GetString());
        Assert.Equal(build.Modules[0].RunId, run.GetProperty("runId").GetString());
        Assert.Contains("\"CI\":\"true\"", run.GetProperty("runnerSpec").GetString(), StringComparison.Ordinal);

        using (var common = await host.LaunchAsync(build.Modules[0], build.Build.Id))
        {
            Assert.True((await common.GetByteArrayAsync("source")).Length > 1024);
            await PutAsync(common, "steps/0", new StepReport("running", At, null, null));
            await PutAsync(common, "steps/0", new StepReport("succeeded", At, At.AddSeconds(1), 0));
            await PutAsync(common, "result", Good);
        }

        Assert.Equal(ModuleState.Running, (await host.DetailAsync(build.Build.Id)).Modules[0].State);
        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded);
        build = await host.DetailAsync(build.Build.Id);
        Assert.Equal([ModuleState.Succeeded, ModuleState.Queued], build.Modules.Select(m => m.State));

        var bytes = Encoding.UTF8.GetBytes("the server");
        var digest = Digest.Of(bytes).ToString();
        await host.EndTaskAsync(build.Modules[1], Outcome.Succeeded);
        using (var api = await host.LaunchAsync(build.Modules[1], build.Build.Id))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"artifacts/{digest}"))).StatusCode);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await api.PutAsync($"artifacts/{digest}", new ByteArrayContent([1]))).StatusCode);
            Assert.Equal(HttpStatusCode.Created, (await api.PutAsync($"artifacts/{digest}", new ByteArrayContent(bytes))).StatusCode);
            await PutAsync(api, "result", Good with { Artifacts = [new BuiltArtifact("api", digest, bytes.Length, "application/gzip")] });
        }

        build = await host.DetailAsync(build.Build.Id);
        Assert.Equal((BuildState.Succeeded, digest), (build.Build.State, Assert.Single(build.Artifacts).Digest));
        await host.Get<CreateReleaseJob>().ExecuteAsync(build.Build.Id, CancellationToken.None);
        await host.Get<CreateReleaseJob>().ExecuteAsync(build.Build.Id, CancellationToken.None);
        var events = await host.EventsAsync();
        Assert.Single(events.OfType<ReleaseCreated>());
        Assert.Equal(Outcome.Succeeded, Assert.Single(events.OfType<BuildFinished>()).Outcome);
        Assert.Equal(2, events.OfType<ModuleBuildFinished>().Count());
    }

    [Fact]
    public async Task A_failing_step_fails_the_build_skips_the_rest_and_keeps_its_last_lines()
    {
        await using var host = await BuildHost.StartAsync();
        await host.Repo.CommitAsync("a", "common/test.sh", "true");
        await host.Repo.CommitAsync("b", "api/package.sh", "true");
        var build = await host.PushAsync(Two);
        using (var task = await host.LaunchAsync(build.Modules[0], build.Build.Id))
        {
            await PutAsync(task, "steps/0", new StepReport("running", At, null, null));
            await task.PostAsync("steps/0/log?offset=0", new StringContent("one\ntwo: no such file\n"));
            await PutAsync(task, "steps/0", new StepReport("failed", At, At.AddSeconds(1), 2));
            await PutAsync(task, "result", new BuildResult("failed", "test", 2, "app", null, []));
        }

        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.App, "exit 1");
        build = await host.DetailAsync(build.Build.Id);
        Assert.Equal([ModuleState.Failed, ModuleState.Skipped], build.Modules.Select(m => m.State));
        Assert.Equal("common: Step 'test' ended with exit code 2.", build.Build.Reason);
        Assert.Equal("one\ntwo: no such file", build.Modules[0].Steps[0].Tail);
        Assert.Equal(FailureClass.App, Assert.Single((await host.EventsAsync()).OfType<BuildFinished>()).Class);
    }

    [Fact]
    public async Task A_push_builds_once_and_numbers_have_no_gap_under_parallel_planning()
    {
        await using var host = await BuildHost.StartAsync();
        var sha = await host.Repo.CommitAsync("c", ".pipeline.yaml", "steps: [{ run: x }]");
        await host.Repo.PushAsync("main");
        var commands = host.Get<BuildCommands>();
        var pushed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.PlanAsync(sha)));
        Assert.Single(pushed.Distinct());
        var retries = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => commands.RetryAsync(Caller.System("test"), new BuildId(pushed[0]), CancellationToken.None)));
        Assert.All(retries, outcome => Assert.IsType<StartBuildOutcome.Started>(outcome));
        var all = await host.Get<BuildQueries>().ListAsync(host.Repository.Id, null, null, null, 50, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 9), all.Items.Select(b => b.Number).Order());
        Assert.Equal(8, all.Items.Count(b => b.RetryOf == pushed[0]));
        var list = $"/api/v1/repositories/{host.Repository.Id}/builds";
        var numbered = (await host.Http.GetFromJsonAsync<JsonElement>($"{list}?number=7")).GetProperty("items").EnumerateArray();
        Assert.Equal(7, Assert.Single(numbered).GetProperty("number").GetInt32());
        Assert.Equal(0, (await host.Http.GetFromJsonAsync<JsonElement>($"{list}?number=10")).GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync($"{list}?number=7&branch=main")).StatusCode);
    }

    [Fact]
    public async Task A_definition_with_mistakes_ends_the_build_before_it_begins()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("modules:\n  a: { path: gone, steps: [{ run: x }] }");
        Assert.Equal((BuildState.Failed, FailureClass.Config), (build.Build.State, build.Build.FailureClass!.Value));
        Assert.Equal(2, Assert.Single(build.Problems).Line);
        Assert.Single((await host.EventsAsync()).OfType<DefinitionRejected>());
        var skipped = await host.PushAsync("steps: [{ run: x }]", "Fix a word [skip ci]");
        Assert.Equal((BuildState.Skipped, SkipWords.Reason), (skipped.Build.State, skipped.Build.Reason));
        Assert.Empty(await host.IntakeAsync());
    }

    [Fact]
    public async Task A_lost_attempt_is_replaced_and_refused_from_then_on()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("steps: [{ run: x }]");
        using var first = await host.LaunchAsync(build.Modules[0], build.Build.Id);
        await first.PostAsync("steps/0/log?offset=0", new StringContent("old"));
        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Infra, "agent lost", final: false);
        Assert.Equal(ModuleState.Queued, (await host.DetailAsync(build.Build.Id)).Modules[0].State);
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        Assert.Equal(HttpStatusCode.OK, (await second.PostAsync("steps/0/log?offset=0", new StringContent("new"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await first.PostAsync("steps/0/log?offset=3", new StringContent("x"))).StatusCode);
        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Infra, "no agent left", attempt: 2);
        build = await host.DetailAsync(build.Build.Id);
        Assert.Equal((BuildState.Failed, FailureClass.Infra), (build.Build.State, build.Build.FailureClass!.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_of_an_older_server_and_a_lost_job_find_the_end_in_the_rows_of_the_scheduler(bool queuedByOlder)
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("steps: [{ run: x }]");
        using var task = await host.LaunchAsync(build.Modules[0], build.Build.Id);
        await PutAsync(task, "steps/0", new StepReport("running", At, null, null));
        await host.EndTaskRowAsync(build.Modules[0], Outcome.Failed, FailureClass.Infra, "agent lost");

        if (queuedByOlder)
            await host.Get<BuildTaskEndedJob>().ExecuteAsync(build.Modules[0].RunId, CancellationToken.None);
        else
            await host.Get<AdvanceBuildJob>().ExecuteAsync(build.Build.Id, CancellationToken.None);

        build = await host.DetailAsync(build.Build.Id);
        Assert.Equal((BuildState.Failed, FailureClass.Infra), (build.Build.State, build.Build.FailureClass!.Value));
        Assert.Equal("build: agent lost", build.Build.Reason);
    }

    [Fact]
    public async Task The_end_of_a_task_may_be_announced_twice_and_a_run_that_is_no_build_is_ignored()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("steps: [{ run: x }]");
        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Config, "no such image");
        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Config, "no such image");
        var job = host.Get<BuildTaskEndedJob>();
        await job.ExecuteAsync("web.qa.1", "web.qa.1.0.1", true, "Failed", "App", "x", CancellationToken.None);
        await job.ExecuteAsync("web.qa.1", CancellationToken.None);

        Assert.Single((await host.EventsAsync()).OfType<ModuleBuildFinished>());
        Assert.Equal(FailureClass.Config, Assert.Single((await host.EventsAsync()).OfType<BuildFinished>()).Class);
    }

    [Fact]
    public async Task A_cancelled_build_kills_its_run_and_stays_cancelled()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("steps: [{ run: x }]");
        Assert.Equal(HttpStatusCode.Accepted, (await host.Http.PostAsync($"/api/v1/builds/{build.Build.Id}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await host.Http.PostAsync($"/api/v1/builds/{build.Build.Id}/cancel", null)).StatusCode);
        Assert.Equal("cancel-run", (await host.IntakeAsync())[^1].GetProperty("kind").GetString());
        await host.EndTaskAsync(build.Modules[0], Outcome.Cancelled);
        Assert.Equal(BuildState.Cancelled, (await host.DetailAsync(build.Build.Id)).Build.State);
        Assert.Single((await host.EventsAsync()).OfType<BuildFinished>());
    }

    [Fact]
    public async Task A_log_takes_each_byte_once_and_is_read_whole_in_part_and_live()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("steps: [{ run: x }]");
        var log = $"/api/v1/builds/{build.Build.Id}/modules/build/steps/0/log";
        using var task = await host.LaunchAsync(build.Modules[0], build.Build.Id);
        await PutAsync(task, "steps/0", new StepReport("running", At, null, null));
        Assert.Equal(HttpStatusCode.OK, (await task.PostAsync("steps/0/log?offset=0", new StringContent("first\nsecond\n"))).StatusCode);
        var again = await task.PostAsync("steps/0/log?offset=0", new StringContent("first\n"));
        Assert.Equal((HttpStatusCode.Conflict, 13L), (again.StatusCode, (await again.Content.ReadFromJsonAsync<LogSize>())!.Size));

        var live = new HttpRequestMessage(HttpMethod.Get, log);
        live.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        live.Headers.Add("Last-Event-ID", "6");
        using var stream = await host.Http.SendAsync(live, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Contains("event: log\ndata: second\ndata: \nid: 13\n", await ReadUntilAsync(reader, "event: log"), StringComparison.Ordinal);
        await task.PostAsync("steps/0/log?offset=13", new StringContent("third ä\n"));
        Assert.Contains("data: third ä", await ReadUntilAsync(reader, "event: log"), StringComparison.Ordinal);
        await PutAsync(task, "steps/0", new StepReport("succeeded", At, At, 0));
        Assert.Contains("event: end", await reader.ReadToEndAsync(), StringComparison.Ordinal);

        Assert.Equal("first\nsecond\nthird ä\n", await host.Http.GetStringAsync(log));
        Assert.Equal("third ä\n", await host.Http.GetStringAsync($"{log}?tail=1"));
        var part = new HttpRequestMessage(HttpMethod.Get, log);
        part.Headers.Range = new RangeHeaderValue(6, 11);
        Assert.Equal("second", await (await host.Http.SendAsync(part)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_unknown_task_gets_nothing()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync("steps: [{ run: x }]");
        using var task = await host.LaunchAsync(build.Modules[0], build.Build.Id);
        task.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "guess");
        Assert.Equal(HttpStatusCode.Unauthorized, (await task.GetAsync("source")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await task.PutAsJsonAsync("result", Good)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync($"/api/v1/builds/{Guid.NewGuid()}")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync($"/api/v1/repositories/{host.Repository.Id}/builds?limit=0")).StatusCode);
        var lint = await host.Http.PostAsJsonAsync("/api/v1/definitions/lint", new { content = "stepz: 1" });
        Assert.Contains("Did you mean", await lint.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task PutAsync<T>(HttpClient task, string path, T body)
    {
        var answer = await task.PutAsJsonAsync(path, body);
        Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }

    // Up to the blank line after an event that has the text.
    private static async Task<string> ReadUntilAsync(StreamReader reader, string text)
    {
        var seen = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            seen.Append(line).Append('\n');
            if (line.Length == 0 && seen.ToString().Contains(text, StringComparison.Ordinal))
                break;
        }

        return seen.ToString();
    }
}
