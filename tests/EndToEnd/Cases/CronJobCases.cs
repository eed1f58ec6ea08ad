using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.EndToEnd.Harness.Machines;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Crons that overlap or leave something behind, and jobs of a release.</summary>
[Collection(CasesCollection.Name)]
public sealed class CronJobCases(CasesPipeline fixture)
{
    private const int Terminate = 15;
    private static readonly string[] Overlaps = ["skip", "allow", "replace"];
    private readonly PipelineInstance pipeline = fixture.Instance;
    private readonly Deployed deployed = new(fixture.Instance);

    [Fact]
    public async Task Crons_overlap_as_they_say_and_what_their_runs_leave_behind_ends_with_them()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "crons");
        string[] lines =
        [
            .. Overlaps.Select(o => CaseApp.Line(
                $"cron-{o}", "crons", $"kind: cron, run: 'exec sleep 30021', schedule: '*/2 * * * * *', overlap: {o}")),
            CaseApp.Line("cron-daemon", "crons", "kind: cron, run: 'setsid sleep 30022 >/dev/null 2>&1 & true', schedule: '*/2 * * * * *'"),
        ];
        await repository.PushAsync(("main", repository.Commit(CaseApp.Of("crons", string.Concat(lines)))));
        try
        {
            await TasksBecomeAsync("cron-allow", states => states.Count(s => s == "running") >= 2);
            await TasksBecomeAsync("cron-replace", states => states.Count >= 2 && states.Count(s => s == "running") == 1);
            await TasksBecomeAsync("cron-daemon", states => states.Count(s => s == "finished") >= 2);
            await TasksBecomeAsync("cron-skip", states => states is ["running"]);
        }
        finally
        {
            foreach (var name in Overlaps.Append("daemon"))
            {
                foreach (var stage in Deployed.Stages)
                    (await pipeline.Http.DeleteAsync($"/api/v1/clusters/{stage}/requests/cron-{name}")).Dispose();
            }
        }

        await Eventually.IsTrueAsync(
            () => Task.FromResult(!Processes.Commands().Any(c => c.Contains("3002", StringComparison.Ordinal) && c.Contains("sleep",
                StringComparison.Ordinal))),
            TimeSpan.FromSeconds(20), "no process of a cron is left");
    }

    [Fact]
    public async Task A_job_that_fails_with_its_release_keeps_its_service_out_and_a_job_gets_its_arguments_unchanged()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "jobs");
        var print = CaseApp.Line("jobs-print", "jobs", "kind: job, run: 'printf \"[%s]\" \"$@\"; echo'");
        var good = repository.Commit(CaseApp.Of("jobs", print + CaseApp.Service("jobs-web", "jobs", "ok", "1")));
        await repository.PushAsync(("main", good));
        await deployed.RunsInProductionAsync(good);
        var migrate = CaseApp.Line("jobs-migrate", "jobs", "kind: job, run: exit 4, run_on_deploy: true, timeout: 10s");
        var bad = repository.Commit(CaseApp.Of("jobs", print + migrate + CaseApp.Service("jobs-web", "jobs", "ok", "2")), "Bad\n", good);
        await repository.PushAsync(("main", bad));
        var stopped = await deployed.ReachesAsync(bad, "infra-qa", "rolled-back");
        Assert.Equal("jobs-migrate: Command exited with status 4", Deployed.ReasonIn(stopped, "infra-qa"));
        foreach (var stage in Deployed.Stages)
            await pipeline.ServesAsync($"/apps/{stage}/jobs-web/", "VER=[1]\n");
        await IsRemovedAsync("jobs-migrate");

        string[] arguments = ["two words", "it's \"quoted\"", "line\nend", "$HOME `id`", "ünï 🦆", "", "--", "*"];
        var (status, body) = await pipeline.PostAsync(
            "/api/v1/clusters/production/requests/jobs-print/run", new { runId = "args", arguments });

        Assert.True((int)status == 202, body.ToString());
        var task = await TasksBecomeAsync("jobs-print", states => states is ["finished"]);
        var log = await pipeline.Http.GetStringAsync($"/api/v1/tasks/{task[0].GetProperty("id").GetString()}/log");
        Assert.Contains(string.Concat(arguments.Select(a => $"[{a}]")), log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_release_whose_job_fails_leaves_no_service_cron_or_job_and_the_next_one_brings_them_all()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "first");
        const string others = "first-cron first-print first-web first-worker";
        var wait = $"sleep 1{Environment.ProcessId:0000000}";
        var bad = repository.Commit(First($"{wait}; exit 4", "1"));
        await repository.PushAsync(("main", bad));
        await pipeline.ServesAsync("/apps/infra-qa/first-web/", "VER=[1]\n");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(Processes.IdsOf(wait).Count > 0), TimeSpan.FromSeconds(20), "the migration waits");
        foreach (var id in Processes.IdsOf(wait))
            Posix.Send(id, Terminate);

        var failed = await deployed.ReachesAsync(bad, "infra-qa", "failed");

        Assert.Equal(
            "first-migrate: Command exited with status 4. "
            + "There is no release to return to: every deployable that it had added to infra-qa is removed.",
            Deployed.ReasonIn(failed, "infra-qa"));
        foreach (var name in $"{others} first-migrate".Split(' '))
        {
            await deployed.HasTasksAsync(name, "0 none none");
            await IsRemovedAsync(name);
        }

        Assert.StartsWith("404 ", await deployed.AnswerAsync("/apps/infra-qa/first-web/"), StringComparison.Ordinal);
        Assert.DoesNotContain("first-web", await pipeline.Http.GetStringAsync("/api/v1/routes"), StringComparison.Ordinal);
        await repository.PushAsync(("main", repository.Commit(First("exit 0", "2"), "Good\n", bad)));
        foreach (var stage in Deployed.Stages)
            await pipeline.ServesAsync($"/apps/{stage}/first-web/", "VER=[2]\n");
        foreach (var name in others.Split(' '))
            Assert.Equal("active", await RequestStateAsync(name));
    }

    private static Tree First(string migration, string version) => CaseApp.Of(
        "first",
        CaseApp.Line("first-migrate", "first", $"kind: job, run: '{migration}', run_on_deploy: true, timeout: 60s")
        + CaseApp.Line("first-cron", "first", "kind: cron, run: 'true', schedule: '*/2 * * * * *'")
        + CaseApp.Line("first-print", "first", "kind: job, run: 'true'")
        + CaseApp.Line("first-worker", "first", "kind: worker, run: 'exec sleep 9999'")
        + CaseApp.Service("first-web", "first", "ok", version));

    private Task IsRemovedAsync(string name) => Eventually.BecomesAsync(
        () => RequestStateAsync(name), s => s == "removed", TimeSpan.FromSeconds(20), $"{name} is removed");

    private async Task<string> RequestStateAsync(string name)
    {
        var request = (await pipeline.GetAsync($"/api/v1/clusters/infra-qa/requests/{name}"))!.Value;
        return (request.TryGetProperty("request", out var inner) ? inner : request).Text("state");
    }

    private Task<IReadOnlyList<JsonElement>> TasksBecomeAsync(string request, Func<IReadOnlyList<string>, bool> isTrue) =>
        Eventually.BecomesAsync(
            async () => (IReadOnlyList<JsonElement>)
            [
                .. (await pipeline.GetAsync("/api/v1/clusters/production/tasks?limit=200"))!.Value.GetProperty("items").EnumerateArray()
                    .Where(t => t.GetProperty("requestId").GetString() == request),
            ],
            tasks => isTrue([.. tasks.Select(t => t.GetProperty("state").GetString()!)]), TimeSpan.FromSeconds(40),
                $"the tasks of {request}");
}
