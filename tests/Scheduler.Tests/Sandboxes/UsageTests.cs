using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.Scheduler.Tests.Http;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Sandboxes;

/// <summary>What a real task on a real cluster process uses, asked through this server.</summary>
public sealed class UsageTests : IAsyncDisposable
{
    private const string Program = """
        #!/bin/sh
        case "$TASK_ID" in
          build.burns*) while :; do :; done ;;
        esac
        """;

    private const string Spec = """
        {"kind":"build","environment":{"LOG_LEVEL":"info","DB_PASSWORD":"swordfish","DATABASE":"postgres://app:swordfish@db/app","GREETING":"hush now"},
         "mask":["hush"]}
        """;

    private readonly HttpClient http = new();
    private LocalMesosCluster? cluster;
    private WebApplication? server;

    [Fact]
    public async Task What_a_task_uses_is_measured_while_somebody_looks_and_an_agent_that_is_away_is_named()
    {
        await StartAsync();
        await RunAsync("build.burns", "running");
        var seen = await Eventually.BecomesAsync(
            () => UsageAsync("build.burns.1.1"), u => u.GetProperty("points").GetArrayLength() >= 2, TimeSpan.FromSeconds(90),
                "two points");

        var points = seen.GetProperty("points").EnumerateArray().ToList();
        Assert.InRange(points[^1].GetProperty("cpus").GetDouble(), 0.01, 4);
        Assert.True(points[^1].GetProperty("memoryBytes").GetInt64() > 100_000);
        Assert.True(points[^1].GetProperty("at").GetDateTimeOffset() > points[^2].GetProperty("at").GetDateTimeOffset());
        // Of the task (1 cpu, 512 MB), and the executor's own (0.1, 32 MB).
        Assert.Equal(1.1, seen.GetProperty("cpuLimit").GetDouble(), 3);
        Assert.Equal(544L * 1024 * 1024, seen.GetProperty("memoryLimitBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("problem").ValueKind);

        await cluster!.KillProcessAsync();
        // A cluster that ends may first answer without the task's container: what counts is what is said once it is away.
        var stale = await Eventually.BecomesAsync(
            () => UsageAsync("build.burns.1.1"),
            u => u.GetProperty("problem").GetString()?.Contains("cannot be read", StringComparison.Ordinal) == true,
            TimeSpan.FromSeconds(90), "the agent that is away is named");
        Assert.True(stale.GetProperty("points").GetArrayLength() >= 2);
    }

    [Fact]
    public async Task Usage_of_what_is_over_or_was_never_says_so()
    {
        await StartAsync();
        await RunAsync("build.short", "finished");

        Assert.Equal((HttpStatusCode.Gone, "usage-gone"), await ProblemAsync("build.short.1.1"));
        Assert.Equal((HttpStatusCode.NotFound, "task-not-found"), await ProblemAsync("build.never.1.1"));
    }

    [Fact]
    public async Task The_environment_of_a_task_is_shown_without_its_secrets()
    {
        await StartAsync();
        await RunAsync("build.short", "finished");
        var task = await http.GetFromJsonAsync<JsonElement>(Of("/api/v1/tasks/build.short.1.1"));

        var environment = task.GetProperty("environment").EnumerateArray().ToDictionary(
            v => v.GetProperty("name").GetString()!, v => v.GetProperty("value").GetString());
        Assert.Equal("info", environment["LOG_LEVEL"]);
        Assert.Equal("build.short.1.1", environment["TASK_ID"]);
        foreach (var secret in new[] { "DB_PASSWORD", "DATABASE", "GREETING", "PIPELINE_TICKET" })
            Assert.Equal((secret, "hidden"), (secret, environment[secret]));
        Assert.DoesNotContain("swordfish", task.GetRawText(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    private async Task StartAsync()
    {
        cluster = await LocalMesosCluster.StartAsync();
        server = await ClusterServer.StartAsync(cluster.MasterUrl, Program);
    }

    private async Task RunAsync(string id, string state)
    {
        await server!.Services.GetRequiredService<SchedulerCommands>()
            .RunOnceAsync(Callers.System, Machine.Build(id, retries: 0) with { RunnerSpec = Spec }, CancellationToken.None);
        await Eventually.IsTrueAsync(
            async () => (await server.Services.GetRequiredService<SchedulerQueries>()
                .TaskAsync($"{id}.1.1", CancellationToken.None))?.Task.State == state,
            TimeSpan.FromSeconds(60), $"it is {state}");
    }

    private Task<JsonElement> UsageAsync(string task) => http.GetFromJsonAsync<JsonElement>(Of($"/api/v1/tasks/{task}/usage"));

    private async Task<(HttpStatusCode, string?)> ProblemAsync(string task)
    {
        using var response = await http.GetAsync(Of($"/api/v1/tasks/{task}/usage"));
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }

    private Uri Of(string path) => new(new Uri(server!.Urls.First()), path);
}
