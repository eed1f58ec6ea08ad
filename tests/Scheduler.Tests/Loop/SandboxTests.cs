using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>Logs and files of real tasks on a real cluster process, read through this server.</summary>
public sealed class SandboxTests : IAsyncDisposable
{
    private const string Program = """
        #!/bin/sh
        case "$TASK_ID" in
          build.talks*)
            i=0; while [ $i -lt 20000 ]; do echo "line $i: καλημέρα"; i=$((i+1)); done
            echo oops >&2
            mkdir out && echo report > out/report.txt
            (umask 077; echo SECRET=1 > deploy.env)
            ;;
          build.slow*)
            printf 'first καλ'; sleep 2; printf 'ημέρα\n'; sleep 2; echo last; exit 3 ;;
        esac
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient http = new();
    private LocalMesosCluster? cluster;
    private WebApplication? server;

    [Fact]
    public async Task Logs_and_files_of_a_task_come_through_this_server_and_say_why_when_they_cannot()
    {
        await StartAsync();
        await EndedAsync("build.talks");
        const string task = "/api/v1/tasks/build.talks.1.1";

        var (status, whole) = await TextAsync($"{task}/log?tail=10000");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("line 10000: καλημέρα\n", whole, StringComparison.Ordinal);
        using (var response = await http.GetAsync(Of($"{task}/log")))
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(text), 65_000, 64 * 1024);
            Assert.Matches("^line \\d+: καλημέρα\n", text);
            Assert.EndsWith("line 19999: καλημέρα\n", text, StringComparison.Ordinal);
            Assert.Equal(response.Headers.GetValues("X-Log-Next"), response.Headers.GetValues("X-Log-Size"));
            Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        }

        Assert.Equal("line 19998: καλημέρα\nline 19999: καλημέρα\n", (await TextAsync($"{task}/log?tail=2")).Text);
        Assert.Contains("oops\n", (await TextAsync($"{task}/log?stream=stderr")).Text, StringComparison.Ordinal);
        var everything = string.Concat(Enumerable.Range(0, 20000).Select(i => $"line {i}: καλημέρα\n"));
        Assert.Equal(everything, (await TextAsync($"{task}/log?offset=0")).Text);
        Assert.Equal("", (await TextAsync($"{task}/log?offset=99999999")).Text);

        var files = (await http.GetFromJsonAsync<JsonElement>(Of($"{task}/files"))).GetProperty("items").EnumerateArray()
            .ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("kind").GetString());
        Assert.Equal(("file", "directory"), (files["stdout"], files["out"]));
        var inner = (await http.GetFromJsonAsync<JsonElement>(Of($"{task}/files?path=out"))).GetProperty("items")[0];
        Assert.Equal(("out/report.txt", 7), (inner.GetProperty("path").GetString(), inner.GetProperty("size").GetInt32()));
        using (var response = await http.GetAsync(Of($"{task}/files/out/report.txt")))
        {
            Assert.Equal("report\n", await response.Content.ReadAsStringAsync());
            Assert.Equal("report.txt", response.Content.Headers.ContentDisposition!.FileName);
        }

        await RefusesAsync(HttpStatusCode.NotFound, "task-not-found", "/api/v1/tasks/none/log");
        await RefusesAsync(HttpStatusCode.NotFound, "task-not-found", "/api/v1/tasks/none/files");
        await RefusesAsync(HttpStatusCode.NotFound, "file-not-found", $"{task}/files/none");
        await RefusesAsync(HttpStatusCode.NotFound, "file-not-found", $"{task}/files?path=none");
        await RefusesAsync(HttpStatusCode.BadRequest, "not-a-file", $"{task}/files/out");
        await RefusesAsync(HttpStatusCode.BadRequest, "invalid-parameter", $"{task}/files?path=../..");
        await RefusesAsync(HttpStatusCode.BadRequest, "invalid-parameter", $"{task}/files?path=/etc");
        await RefusesAsync(HttpStatusCode.BadRequest, "invalid-parameter", $"{task}/log?stream=syslog");
        await RefusesAsync(HttpStatusCode.BadRequest, "invalid-parameter", $"{task}/log?tail=0");

        foreach (var found in Directory.GetDirectories(cluster!.WorkDirectory, "build.talks.1.1", SearchOption.AllDirectories))
            Directory.Delete(found, recursive: true);
        await RefusesAsync(HttpStatusCode.Gone, "sandbox-gone", $"{task}/log");
        await RefusesAsync(HttpStatusCode.Gone, "sandbox-gone", $"{task}/files");
        await cluster.KillProcessAsync();
        await RefusesAsync(HttpStatusCode.ServiceUnavailable, "agent-unreachable", $"{task}/log");
        await RefusesAsync(HttpStatusCode.ServiceUnavailable, "agent-unreachable", $"{task}/files/stdout");
    }

    [Fact]
    public async Task A_followed_log_grows_by_whole_characters_ends_with_the_task_and_goes_on_from_the_last_event()
    {
        await StartAsync();
        await RunAsync("build.slow");
        await Eventually.IsTrueAsync(async () => await StateAsync("build.slow.1.1") is not null, Patience, "the task is known");
        var events = await FollowAsync("build.slow.1.1", null);
        var log = events.Where(e => e.EventType == "log").ToList();
        Assert.Equal("first καλημέρα\nlast\n", string.Concat(log.Select(e => e.Data)));
        Assert.True(log.Count > 1, "it came as it was written");
        var end = JsonSerializer.Deserialize<JsonElement>(events[^1].Data);
        Assert.Equal("end", events[^1].EventType);
        Assert.Equal(("failed", 3), (end.GetProperty("state").GetString(), end.GetProperty("exitCode").GetInt32()));

        var rest = await FollowAsync("build.slow.1.1", log[^2].EventId);
        Assert.Equal(log[^1].Data, Assert.Single(rest, e => e.EventType == "log").Data);
    }

    [Fact, Trait("fact", "140")]
    public async Task What_only_its_owner_may_read_needs_more_than_the_permission_to_view()
    {
        await StartAsync(Permission.View);
        await EndedAsync("build.talks");
        using var secret = await http.GetAsync(Of("/api/v1/tasks/build.talks.1.1/files/deploy.env"));
        Assert.Equal(HttpStatusCode.Forbidden, secret.StatusCode);
        using var open = await http.GetAsync(Of("/api/v1/tasks/build.talks.1.1/files/out/report.txt"));
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);

        await server!.DisposeAsync();
        await cluster!.DisposeAsync();
        await StartAsync();
        await EndedAsync("build.talks");
        Assert.Equal("SECRET=1\n", (await TextAsync("/api/v1/tasks/build.talks.1.1/files/deploy.env")).Text);
    }

    [Fact, Trait("fact", "140")]
    public async Task Without_permission_nothing_is_read()
    {
        await StartAsync(Permission.Build);
        foreach (var path in new[] { "log", "files", "files/stdout" })
        {
            using var response = await http.GetAsync(Of($"/api/v1/tasks/build.talks.1.1/{path}"));
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    private async Task StartAsync(params string[] permissions)
    {
        cluster = await LocalMesosCluster.StartAsync();
        server = await ClusterServer.StartAsync(cluster.MasterUrl, Program, permissions.Length > 0 ? permissions : Permission.All);
    }

    private Uri Of(string path) => new(new Uri(server!.Urls.First()), path);

    private Task RunAsync(string id) => server!.Services.GetRequiredService<SchedulerCommands>()
        .RunOnceAsync(Machine.Build(id, retries: 0), CancellationToken.None);

    private async Task EndedAsync(string id)
    {
        await RunAsync(id);
        await Eventually.IsTrueAsync(async () => await StateAsync($"{id}.1.1") == "finished", Patience, "it finished");
    }

    private async Task<string?> StateAsync(string task) =>
        (await server!.Services.GetRequiredService<SchedulerQueries>().TaskAsync(task, CancellationToken.None))?.Task.State;

    private async Task<(HttpStatusCode Status, string Text)> TextAsync(string path)
    {
        using var response = await http.GetAsync(Of(path));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task RefusesAsync(HttpStatusCode status, string type, string path)
    {
        using var response = await http.GetAsync(Of(path));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((path, status, type), (path, response.StatusCode, problem.GetProperty("type").GetString()));
        Assert.NotEqual("", problem.GetProperty("hint").GetString());
    }

    private async Task<List<SseItem<string>>> FollowAsync(string task, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Of($"/api/v1/tasks/{task}/log?follow=true"));
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        using var limit = new CancellationTokenSource(Patience);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(limit.Token))
            events.Add(item);
        return events;
    }
}
