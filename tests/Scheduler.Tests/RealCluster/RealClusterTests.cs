using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.Scheduler.Tests.Http;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.RealCluster;

/// <summary>The whole slice against a real cluster process: fetched program, running processes, probes over TCP, a lost agent.</summary>
public sealed class RealClusterTests
{
    private const string Program = """
        #!/bin/sh
        case "$TASK_ID" in
          build.*) exit 0 ;;
          broken*) exit 3 ;;
        esac
        exec perl -MHTTP::Tiny -MIO::Socket::INET -e '
          $SIG{TERM} = sub { exit 0 };
          my $s = IO::Socket::INET->new(LocalPort => $ENV{PORT0}, Listen => 5, ReuseAddr => 1) or die $!;
          HTTP::Tiny->new->post("$ENV{PIPELINE_SERVER}/runner/v1/tasks/$ENV{TASK_ID}/spec", {
              headers => { "Content-Type" => "application/json" }, content => qq({"ticket":"$ENV{PIPELINE_TICKET}","nonce":"n1"}) });
          while (1) { my $c = $s->accept or next; sysread $c, my $b,
              4096; print $c "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"; close $c }'
        """;

    private static readonly Readiness Quick = new(
        "/healthz", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), 2, TimeSpan.Zero);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Builds_run_deploys_roll_over_and_a_lost_agent_is_replaced()
    {
        await using var cluster = await LocalMesosCluster.StartAsync("rack1:1,rack2:1");
        await using var server = await ClusterServer.StartAsync(cluster.MasterUrl, Program);
        var commands = server.Services.GetRequiredService<SchedulerCommands>();
        var queries = server.Services.GetRequiredService<SchedulerQueries>();

        await commands.RunOnceAsync(Callers.System, Machine.Build(), CancellationToken.None);
        await Eventually.IsTrueAsync(
            async () => (await queries.DeployAsync("test", "build.1", CancellationToken.None))?.State == "succeeded", Patience,
                "the run succeeded");

        await DeployAsync("v1");
        var old = await HealthyAsync("v1");
        Assert.Equal(2, old.Select(h => h.TaskId).Distinct().Count());
        await DeployAsync("v2");
        await HealthyAsync("v2");
        await Eventually.IsTrueAsync(
            async () => (await queries.DeployAsync("test", "v2", CancellationToken.None))?.State == "active", Patience,
                "the old instances are gone");

        var victim = (await queries.TaskAsync("v2.1.1", CancellationToken.None))!.Task;
        await cluster.KillAgentAsync(victim.AgentId!);
        await Eventually.IsTrueAsync(
            async () => (await HealthyNowAsync("v2")).Count == 2 && (await HealthyNowAsync("v2")).All(h => h.TaskId != "v2.1.1"), Patience,
                "it was replaced");
        Assert.Equal(0, (await queries.DeployAsync("test", "v2", CancellationToken.None))!.Crashes);

        async Task DeployAsync(string id) => await commands.DeployAsync(Callers.System, Machine.Web(id, readiness: Quick),
            CancellationToken.None);
        async Task<IReadOnlyList<HealthyInstance>> HealthyNowAsync(string id) =>
            [.. (await queries.HealthyInstancesAsync(CancellationToken.None)).Where(h => h.DeployId == id)];
        Task<IReadOnlyList<HealthyInstance>> HealthyAsync(string id) =>
            Eventually.BecomesAsync(() => HealthyNowAsync(id), h => h.Count == 2, Patience, $"{id} is healthy");
    }

    [Fact]
    public async Task A_runner_redeems_its_ticket_once_over_http()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var server = await ClusterServer.StartAsync(cluster.MasterUrl, Program);
        var queries = server.Services.GetRequiredService<SchedulerQueries>();
        await server.Services.GetRequiredService<SchedulerCommands>().DeployAsync(Callers.System, 
            Machine.Web("v1", instances: 1, readiness: Quick) with { RunnerSpec = """{"kind":"build"}""" }, CancellationToken.None);
        await Eventually.IsTrueAsync(
            async () => (await queries.HealthyInstancesAsync(CancellationToken.None)).Count == 1, Patience, "v1 is healthy");

        using var http = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };
        var ticket = server.Services.GetRequiredService<ServerKey>().TicketFor("v1.1.1");
        using var first = await http.PostAsJsonAsync("/runner/v1/tasks/v1.1.1/spec", new { ticket, nonce = "n1" });
        var answer = await first.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("build", answer.GetProperty("spec").GetProperty("kind").GetString());
        using var second = await http.PostAsJsonAsync("/runner/v1/tasks/v1.1.1/spec", new { ticket, nonce = "n2" });
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);

        using var list = await http.GetAsync(new Uri("/api/v1/clusters/test/tasks?active=true", UriKind.Relative));
        Assert.Equal("v1.1.1", (await list.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0].GetProperty("id").GetString());
        using var bad = await http.GetAsync(new Uri("/api/v1/tasks?limit=900", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var why = await http.GetAsync(new Uri("/api/v1/tasks/v1.1.1/why", UriKind.Relative));
        Assert.Contains("running", await why.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unknown = await http.GetAsync(new Uri("/api/v1/tasks/none", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }
}
