using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>The same bytes as a real master's, but for ids, ports, times and host names.</summary>
public sealed partial class RecordingTests
{
    private const string Subscribe =
        """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"golden","roles":["*"],"capabilities":[{"type":"MULTI_ROLE"}],"failover_timeout":0}}}""";

    [Fact]
    public async Task Events_of_a_launch_are_those_of_a_real_master()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        using var framework = new RawFramework(cluster.MasterUrl);
        await framework.SubscribeAsync(Subscribe);
        var recorded = Recorded("launch.events.jsonl");

        var subscribed = await framework.NextAsync();
        Assert.Equal(Normal(recorded[0]), Normal(subscribed));
        framework.Id = Find(subscribed, "subscribed", "framework_id", "value");
        Assert.Equal("""{"type":"HEARTBEAT"}""", await framework.NextAsync());
        var offers = await framework.NextAsync();
        Assert.Equal(Normal(recorded.First(r => r.Contains("OFFERS", StringComparison.Ordinal))), Normal(offers));

        Assert.Equal(202, (await LaunchAsync(framework, offers, "hello", "true", 0.1m)).Status);
        foreach (var expected in recorded.Where(r => r.Contains("\"UPDATE\"", StringComparison.Ordinal)))
        {
            var update = await framework.NextAsync("UPDATE");
            Assert.Equal(Normal(expected), Normal(update));
            using var json = JsonDocument.Parse(update);
            var status = json.RootElement.GetProperty("update").GetProperty("status");
            Assert.Equal((202, ""), await framework.CallAsync(
                $$"""
                "type":"ACKNOWLEDGE","acknowledge":{"agent_id":{{status.GetProperty("agent_id")}},"task_id":{"value":"hello"},"uuid":"{{status.GetProperty("uuid")}}"}
                """));
        }
    }

    [Fact]
    public async Task A_task_that_asks_too_much_is_refused_in_the_recorded_words()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        using var framework = new RawFramework(cluster.MasterUrl);
        await framework.SubscribeAsync(Subscribe);
        framework.Id = Find(await framework.NextAsync(), "subscribed", "framework_id", "value");
        await LaunchAsync(framework, await framework.NextAsync("OFFERS"), "too-many-cpus", "true", 100);
        var recorded = Recorded("invalid.events.jsonl");
        Assert.Equal(Normal(recorded.First(r => r.Contains("too-many-cpus", StringComparison.Ordinal))),
            Normal(await framework.NextAsync("UPDATE")));
        await LaunchAsync(framework, await framework.NextAsync("OFFERS"), "bad/id", "true", 1);
        Assert.Equal(Normal(recorded.First(r => r.Contains("bad/id", StringComparison.Ordinal))),
            Normal(await framework.NextAsync("UPDATE")));
    }

    [Fact]
    public async Task Refusals_have_the_recorded_status_and_sentence()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        using var framework = new RawFramework(cluster.MasterUrl);
        const string Parse = "Failed to parse body into JSON: syntax error at line 1 near: ";
        const string Convert = "Failed to convert JSON into Call protobuf: ";
        const string Validate = "Failed to validate scheduler::Call: ";
        Assert.Equal((400, Parse), await framework.PostAsync("{", null));
        Assert.Equal((400, Parse), await framework.PostAsync("", null));
        Assert.Equal((400, Convert + "Expecting a JSON object"), await framework.PostAsync("[]", null));
        Assert.Equal((400, Validate + "Expecting 'type' to be present"), await framework.PostAsync("""{"type":"NOPE"}""", null));
        Assert.Equal(
            (400, Convert + "Not expecting a JSON string for field 'framework_id'"), await framework.PostAsync("""{"framework_id":"x","type":"REVIVE"}""", null));
        Assert.Equal(
            (400, Convert + "Missing required fields: kill.task_id"),
            await framework.PostAsync("""{"framework_id":{"value":"x"},"type":"KILL","kill":{}}""", null));
        Assert.Equal((400, Validate + "Expecting 'kill' to be present"), await framework.PostAsync("""{"framework_id":{"value":"x"},"type":"KILL"}""", null));
        Assert.Equal((400, Validate + "Expecting 'framework_id' to be present"), await framework.PostAsync("""{"type":"REVIVE"}""", null));
        Assert.Equal((400, "Framework cannot be found"), await framework.PostAsync("""{"framework_id":{"value":"x"},"type":"REVIVE"}""", "s"));
        Assert.Equal((400, "Subscribe calls should not include the 'Mesos-Stream-Id' header"), await framework.PostAsync(Subscribe, "s"));
        Assert.Equal(
            (415, "Expecting 'Content-Type' of application/json or application/x-protobuf"),
            await framework.PostAsync(Subscribe, null, "application/json; charset=utf-8"));
    }

    [Fact]
    public async Task Operator_api_shows_agents_and_tasks_with_empty_lists_written()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        using var operators = new RawFramework(cluster.MasterUrl, "/api/v1");
        Assert.Equal(
            (200, """{"type":"GET_HEALTH","get_health":{"healthy":true}}"""), await operators.PostAsync("""{"type":"GET_HEALTH"}""", null));
        Assert.Equal(
            (200, """{"type":"GET_TASKS","get_tasks":{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]}}"""),
            await operators.PostAsync("""{"type":"GET_TASKS"}""", null));
        var (_, agents) = await operators.PostAsync("""{"type":"GET_AGENTS"}""", null);
        Assert.Contains($"\"id\":{{\"value\":\"{cluster.Agents[0].Id}\"}}", agents, StringComparison.Ordinal);
        Assert.EndsWith("\"recovered_agents\":[]}}", agents, StringComparison.Ordinal);
        Assert.Equal(
            (400, "Failed to validate master::Call: Expecting 'type' to be present"), await operators.PostAsync("{}", null));
    }

    private static Task<(int Status, string Text)> LaunchAsync(RawFramework framework, string offers, string taskId, string command,
        decimal cpus)
    {
        using var json = JsonDocument.Parse(offers);
        var offer = json.RootElement.GetProperty("offers").GetProperty("offers")[0];
        return framework.CallAsync(
            $$$"""
            "type":"ACCEPT","accept":{"offer_ids":[{{{offer.GetProperty("id")}}}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[{"name":"{{{taskId}}}",
            "task_id":{"value":"{{{taskId}}}"},"agent_id":{{{offer.GetProperty("agent_id")}}},"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":{{{cpus}}}}},
            {"name":"mem","type":"SCALAR","scalar":{"value":32}}],"command":{"value":"{{{command}}}"}}]}}],"filters":{"refuse_seconds":0}}
            """);
    }

    private static string[] Recorded(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Recordings", name));

    private static string Find(string json, params string[] path)
    {
        using var document = JsonDocument.Parse(json);
        return path.Aggregate(document.RootElement, (e, name) => e.GetProperty(name)).GetString()!;
    }

    private static string Normal(string json)
    {
        json = Uuids().Replace(json, "UUID").Replace(""",{"name":"region","type":"TEXT","text":{"value":"local"}}""", "", StringComparison.Ordinal);
        json = Counters().Replace(json, "$1");
        json = Named().Replace(json, "\"$1\":0");
        json = Ports().Replace(json, "[ports]");
        return json.Replace("\"hostname\":\"rack1-a01\"", "\"hostname\":\"localhost\"", StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuids();

    [GeneratedRegex("(UUID-[OS]|UUID-)[0-9]+")]
    private static partial Regex Counters();

    [GeneratedRegex("\"(port|begin|end|timestamp|executor_pid|uuid)\":(\"[^\"]*\"|[0-9.]+)")]
    private static partial Regex Named();

    [GeneratedRegex(@"\[[0-9]{5}-[0-9]{5}\]|(?<=127\.0\.0\.1:)[0-9]+")]
    private static partial Regex Ports();
}
