using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Data.Snapshots;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>The endpoints that change how things run.</summary>
public sealed class PolicyEndpointTests : IAsyncLifetime
{
    private const string Web = PolicyServer.Web;
    private const string Report = PolicyServer.Report;
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly PolicyServer server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_scale_is_guarded_shown_and_undone()
    {
        Assert.Equal(HttpStatusCode.Conflict, (await server.SendAsync("POST", Web + "/scale", """{"instances": 2}""")).Status);
        var (status, accepted) = await server.SendAsync(
            "POST", Web + "/scale", """{"instances": 2, "acknowledged": true, "durationSeconds": 600, "reason": "quiet night"}""");
        Assert.Equal((HttpStatusCode.Accepted, "accepted"), (status, accepted.GetProperty("state").GetString()));
        var request = await server.Http.GetFromJsonAsync<RequestView>(Web, None);
        var change = Assert.Single(request!.Changes);
        Assert.Equal(("scale", "2 instances", "quiet night", 2), (change.What, change.Value, change.Reason, request.ActiveTasks));
        Assert.NotNull(change.Until);
        var answered = await server.Http.GetFromJsonAsync<CommandView>($"/api/v1/commands/{accepted.GetProperty("id").GetInt64()}", None);
        Assert.Equal("accepted", answered!.State);

        Assert.Equal(HttpStatusCode.Accepted, (await server.SendAsync("DELETE", Web + "/scale", "")).Status);
        Assert.Equal(12, (await server.Http.GetFromJsonAsync<RequestView>(Web, None))!.ActiveTasks);
    }

    [Fact, Trait("fact", "17"), Trait("fact", "19"), Trait("fact", "133")]
    public async Task A_run_keeps_its_id_has_its_own_resources_and_counts_against_the_cap()
    {
        var run = """{"runId": "first", "arguments": ["--all"], "resources": {"cpus": 2}, "reason": "month end"}""";
        var (status, accepted) = await server.SendAsync("POST", Report + "/run", run);
        Assert.Equal((HttpStatusCode.Accepted, "r1.run.first"), (status, accepted.GetProperty("detail").GetString()));
        var (again, same) = await server.SendAsync("POST", Report + "/run", run);
        Assert.Equal(HttpStatusCode.Accepted, again);
        Assert.Contains("nothing changed", same.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, (await server.SendAsync("POST", Report + "/run", "")).Status);
        var (full, problem) = await server.SendAsync("POST", Report + "/run", "");
        Assert.Equal((HttpStatusCode.TooManyRequests, "too-many-runs"), (full, problem.GetProperty("type").GetString()));

        var shown = await server.Http.GetFromJsonAsync<DeployView>("/api/v1/clusters/test/deploys/r1.run.first", None);
        Assert.Equal("r1", shown!.Parent);
        var task = await server.Http.GetFromJsonAsync<TaskDetails>("/api/v1/tasks/r1.run.first.1.1", None);
        Assert.Equal((2m, 128m), (task!.Task.Resources.Cpus, task.Task.Resources.MemoryMb));

        Assert.Equal(HttpStatusCode.Accepted, (await server.SendAsync("POST", "/api/v1/clusters/test/runs/r1.run.first/cancel", ""))
            .Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync("POST", "/api/v1/clusters/test/runs/r1.run.first/cancel", ""))
            .Status);
        Assert.Contains("nothing changed", (await server.SendAsync("POST", Report + "/run", run)).Body.GetProperty("detail").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_a_person_does_is_shown_and_survives_another_leader()
    {
        foreach (var (path, body) in new[]
        {
            ("/pause", """{"kill": false, "durationSeconds": 3600}"""), ("/skip-health", "{}"), ("/priority", """{"priority": 0.9}"""),
        })
            Assert.Equal(HttpStatusCode.Accepted, (await server.SendAsync("POST", Web + path, body)).Status);
        Assert.Equal(HttpStatusCode.Accepted,
            (await server.SendAsync("POST", "/api/v1/clusters/test/priority-freeze", """{"level": 0.5, "reason": "incident"}""")).Status);
        var request = await server.Http.GetFromJsonAsync<RequestView>(Web, None);
        Assert.Equal("paused", request!.State);
        Assert.Equal(["pause", "skip-health", "priority"], request.Changes.Select(c => c.What));

        var snapshot = await SnapshotReader.ReadAsync(server.App.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), "test", None);
        var overrides = snapshot.Requests.Single(r => r.Id == "api-web").Overrides;
        Assert.Equal((false, 0.9m, 0.5m), (overrides.Pause!.Kill, overrides.Priority!.Priority, snapshot.Freeze!.Level));
        Assert.NotNull(overrides.SkipHealth);
        Assert.Equal(Actor.Person("ada"), overrides.Pause.Change.By);
    }
}
