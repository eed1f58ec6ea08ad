using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>Every read of a cluster whose master is away and whose tasks wait.</summary>
public sealed class WaitingTaskEndpointTests(PolicyServer server) : IClassFixture<PolicyServer>
{
    private const string Cluster = "/api/v1/clusters/test";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("/api/v1/clusters")]
    [InlineData("/api/v1/tasks")]
    [InlineData("/api/v1/tasks?cluster=test&request=api-web&deploy=v1&active=true&limit=5")]
    [InlineData("/api/v1/requests")]
    [InlineData("/api/v1/requests?cluster=test")]
    [InlineData("/api/v1/deploys?request=api-web")]
    [InlineData(Cluster + "/pending")]
    [InlineData(Cluster + "/tasks?active=true")]
    [InlineData(Cluster + "/requests")]
    [InlineData(Cluster + "/deploys")]
    public async Task A_list_has_what_there_is(string path)
    {
        var (status, page) = await server.SendAsync("GET", path, "");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEmpty(page.GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData(Cluster + "/agents")]
    [InlineData(Cluster + "/racks")]
    [InlineData(Cluster + "/offers")]
    [InlineData(Cluster + "/offers/declined")]
    [InlineData(Cluster + "/quarantine")]
    [InlineData("/api/v1/tasks?cluster=other")]
    [InlineData("/api/v1/tasks?commit=0123456789012345678901234567890123456789")]
    public async Task A_list_of_what_there_is_not_is_empty(string path)
    {
        var (status, page) = await server.SendAsync("GET", path, "");
        Assert.Equal((HttpStatusCode.OK, 0), (status, page.GetProperty("items").GetArrayLength()));
    }

    [Theory]
    [InlineData(Cluster, "name", "test")]
    [InlineData(Cluster + "/requests/api-web", "id", "api-web")]
    [InlineData(Cluster + "/deploys/v1", "id", "v1")]
    [InlineData(Cluster + "/loop", "cluster", "test")]
    [InlineData("/api/v1/tasks/v1.1.1/why", "subject", "v1.1.1")]
    [InlineData(Cluster + "/requests/api-web/why", "subject", "api-web")]
    public async Task An_object_is_found_by_its_id(string path, string field, string value)
    {
        var (status, view) = await server.SendAsync("GET", path, "");
        Assert.Equal((HttpStatusCode.OK, value), (status, view.GetProperty(field).GetString()));
    }

    [Theory]
    [InlineData(Cluster + "/priority-freeze")]
    [InlineData(Cluster + "/placement")]
    public async Task What_is_not_in_force_has_no_content(string path)
    {
        using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative), None);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData("/log", 409, "task-not-started")]
    [InlineData("/log?tail=10&stream=stderr", 409, "task-not-started")]
    [InlineData("/log?offset=-1", 400, "invalid-parameter")]
    [InlineData("/log?offset=1&tail=1", 400, "invalid-parameter")]
    [InlineData("/log?tail=10001", 400, "invalid-parameter")]
    [InlineData("/files", 409, "task-not-started")]
    [InlineData("/files?path=../x", 400, "invalid-parameter")]
    [InlineData("/files/stdout", 409, "task-not-started")]
    [InlineData("/files/a//b", 400, "invalid-parameter")]
    [InlineData("/usage", 409, "task-not-started")]
    public async Task A_task_that_waits_has_no_sandbox_and_uses_nothing(string path, int expected, string type)
    {
        var (status, problem) = await server.SendAsync("GET", "/api/v1/tasks/v1.1.1" + path, "");
        Assert.Equal((expected, type), ((int)status, problem.GetProperty("type").GetString()));
        Assert.NotEmpty(problem.GetProperty("hint").GetString()!);
    }

    [Theory]
    [InlineData("/log")]
    [InlineData("/files")]
    [InlineData("/files/stdout")]
    [InlineData("/usage")]
    [InlineData("")]
    public async Task A_task_that_never_was_is_404(string path)
    {
        var (status, problem) = await server.SendAsync("GET", "/api/v1/tasks/never.1.1" + path, "");
        Assert.Equal((404, "task-not-found"), ((int)status, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_followed_log_that_cannot_begin_at_the_readers_place_says_so()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/tasks/v1.1.1/log?follow=true");
        request.Headers.Add("Last-Event-ID", "first");
        using var response = await server.Http.SendAsync(request, None);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Last-Event-ID", (await response.Content.ReadFromJsonAsync<JsonElement>(None)).GetProperty("title").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_of_a_task_that_waits_is_followed_with_the_reason()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await server.Http.GetAsync(
            new Uri("/api/v1/tasks/v1.1.1/log?follow=true", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(limit.Token))
        {
            Assert.Equal(("waiting", TimeSpan.FromSeconds(2)), (item.EventType, item.ReconnectionInterval));
            Assert.Contains("waits for a place", item.Data, StringComparison.Ordinal);
            break;
        }

        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_or_a_repetition()
    {
        var seen = new List<string>();
        for (var next = ""; ;)
        {
            var (_, page) = await server.SendAsync("GET", $"{Cluster}/tasks?limit=5{next}", "");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("id").GetString()!));
            if (page.GetProperty("next").GetString() is not { } cursor)
                break;
            next = $"&cursor={cursor}";
        }

        Assert.Equal(Enumerable.Range(1, 12).Select(n => $"v1.{n}.1").Order(),
            seen.Where(id => id.StartsWith("v1.", StringComparison.Ordinal)).Order());
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_cluster_shows_who_leads_it()
    {
        var cluster = await server.Http.GetFromJsonAsync<ClusterView>(Cluster, None);
        Assert.Equal((12, 0), (cluster!.PendingTasks, cluster.Agents));
        Assert.Contains(cluster.State, new[] { "connecting", "disconnected" });
        Assert.EndsWith($"/{Environment.ProcessId}", cluster.Leader, StringComparison.Ordinal);
    }
}
