using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>What runs to its end: crons and jobs from <c>.pipeline.yaml</c> to production.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class CronTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_cron_reaches_production_with_its_schedule_and_runs_when_asked_and_a_job_ran_with_each_promotion()
    {
        var repository = await pipeline.CreateRepositoryAsync("nightly");
        var sha = await repository.PushAsync("Clean up at night", Files("echo migrated in $PIPELINE_STAGE"));

        await repository.ReachesAsync(sha, "production", "running", "succeeded");

        var cron = (await RequestAsync("nightly-clean"))!.Value;
        Assert.Equal("cron", cron.GetProperty("kind").GetString());
        var next = cron.GetProperty("nextRunAt").GetDateTimeOffset();
        var athens = TimeZoneInfo.ConvertTime(next, TimeZoneInfo.FindSystemTimeZoneById("Europe/Athens"));
        Assert.Equal((3, 30, 0), (athens.Hour, athens.Minute, athens.Second));

        // The job ran once in each stage, through TaskRunner.
        foreach (var cluster in new[] { "infra-qa", "product-qa", "production" })
        {
            var job = Assert.Single(await TasksAsync(cluster, "nightly-migrate"));
            Assert.Equal("finished", job.GetProperty("state").GetString());
        }

        Assert.Empty(await TasksAsync("production", "nightly-clean"));
        var answer = await Cli.RunAsync(
            pipeline, pipeline.AdminToken, "request", "run", "nightly-clean", "--cluster", "production", "--argument", "with care", "--id",
            "now1");
        Assert.Equal(0, answer.ExitCode);
        var ran = await Eventually.BecomesAsync(
            () => TasksAsync("production", "nightly-clean"), t => t is [var one] && one.GetProperty("state").GetString() == "finished",
            TimeSpan.FromSeconds(60), "the run finished");
        var log = await pipeline.Http.GetStringAsync($"/api/v1/tasks/{ran[0].GetProperty("id").GetString()}/log");
        Assert.Contains("cleaned production with care", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_fails_with_its_deploy_stops_the_promotion()
    {
        var repository = await pipeline.CreateRepositoryAsync("badjob");
        var sha = await repository.PushAsync("Migrate badly", Files("echo no such table; exit 7", "badjob"));

        var commit = await repository.ReachesAsync(sha, "infra-qa", "failed", "rolled-back");

        Assert.Contains("7", TestRepository.Stage(commit, "infra-qa")!.Value.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_schedule_that_is_none_is_reported_with_file_and_line()
    {
        var repository = await pipeline.CreateRepositoryAsync("badcron");
        var files = Files("true", "badcron");
        files[".pipeline.yaml"] = files[".pipeline.yaml"].Replace("30 3 * * *", "30 25 * * *", StringComparison.Ordinal);
        var sha = await repository.PushAsync("Run at 25 o'clock", files);

        await repository.BuildBecomesAsync(sha, "failed");

        var rejected = Assert.Single(await repository.EventsAsync(sha, "definition.rejected"));
        var problem = rejected.GetProperty("payload").GetProperty("problems")[0];
        Assert.Equal((".pipeline.yaml", 13), (problem.GetProperty("file").GetString(), problem.GetProperty("line").GetInt32()));
        Assert.Contains("'30 25 * * *' is not a schedule", problem.ToString(), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Files(string migrate, string name = "nightly") => new()
    {
        [".pipeline.yaml"] = $$"""
            modules:
              jobs:
                resources: { cpus: 0.1, memory: 64MB }
                steps:
                  - { name: package, run: mkdir -p out && cp clean.sh out/ }
                artifacts:
                  - { name: jobs, path: out }
            deployables:
              {{name}}-clean:
                kind: cron
                artifact: jobs
                run: sh clean.sh
                schedule: "30 3 * * *"
                timezone: Europe/Athens
                timeout: 5m
                resources: { cpus: 0.1, memory: 64MB }
              {{name}}-migrate:
                kind: job
                artifact: jobs
                run: '{{migrate}}'
                run_on_deploy: true
                resources: { cpus: 0.1, memory: 64MB }
            """,
        ["clean.sh"] = "echo \"cleaned $PIPELINE_STAGE $1\"\n",
    };

    private Task<JsonElement?> RequestAsync(string id) => pipeline.GetAsync($"/api/v1/clusters/production/requests/{id}");

    private async Task<List<JsonElement>> TasksAsync(string cluster, string request) =>
        [.. (await pipeline.GetAsync($"/api/v1/clusters/{cluster}/tasks?request={request}"))!.Value.GetProperty("items").EnumerateArray()];
}
