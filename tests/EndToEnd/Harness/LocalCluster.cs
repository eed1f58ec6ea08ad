using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness;

/// <summary>The master process of one of the instance's clusters, for faults and for what an operator does.</summary>
public sealed class LocalCluster
{
    private readonly int pid;
    private readonly Uri master;

    private readonly AuthenticationHeaderValue credentials;

    private LocalCluster(JsonElement state, string secret)
    {
        credentials = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"pipeline:{secret}")));
        pid = state.GetProperty("pid").GetInt32();
        master = new Uri(state.GetProperty("master").GetString()!);
    }

    public static LocalCluster Of(PipelineInstance pipeline, string name)
    {
        var directory = Path.Combine(pipeline.Data, "clusters", name);
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "localmesos.json")));
        return new LocalCluster(state.RootElement, File.ReadAllText(Path.Combine(directory, "secret")));
    }

    /// <summary>SIGSTOP: connections stay open and nothing answers. The tasks are processes of their own and run on.</summary>
    public void Freeze() => Posix.Send(pid, Posix.SigStop);

    public void Thaw() => Posix.Send(pid, Posix.SigCont);

    /// <param name="action"><c>kill</c>, <c>partition</c> or <c>restart</c>.</param>
    public Task FaultAsync(string agent, string action) => PostAsync($"/localmesos/agents/{agent}/{action}", null);

    /// <summary>Takes an agent out of offers, as for maintenance; its tasks run on.</summary>
    public Task DeactivateAsync(string agent) => OperateAsync("DEACTIVATE_AGENT", "deactivate_agent", agent);

    public Task ReactivateAsync(string agent) => OperateAsync("REACTIVATE_AGENT", "reactivate_agent", agent);

    public async Task<IReadOnlyList<string>> AgentsAsync() =>
    [
        .. (await StateAsync()).GetProperty("get_agents").GetProperty("agents").EnumerateArray()
            .Select(a => a.GetProperty("agent_info").GetProperty("id").GetProperty("value").GetString()!),
    ];

    /// <summary>The master has offered the agent to a framework and has no answer yet.</summary>
    public async Task<bool> OffersAsync(string agent) =>
        (await StateAsync()).GetProperty("get_frameworks").GetProperty("frameworks").EnumerateArray()
        .Where(f => f.TryGetProperty("offers", out _))
        .SelectMany(f => f.GetProperty("offers").EnumerateArray())
        .Any(o => o.GetProperty("agent_id").GetProperty("value").GetString() == agent);

    private Task OperateAsync(string type, string field, string agent)
    {
        var call = new Dictionary<string, object> { ["type"] = type, [field] = new { agent_id = new { value = agent } } };
        return PostAsync("/api/v1", CallOf(call));
    }

    private static ByteArrayContent CallOf(Dictionary<string, object> call)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(call));
        // A charset beside the type is refused.
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return body;
    }

    private HttpClient Client()
    {
        var http = new HttpClient { BaseAddress = master };
        http.DefaultRequestHeaders.Authorization = credentials;
        return http;
    }

    private async Task<JsonElement> StateAsync()
    {
        using var http = Client();
        using var answer = await http.PostAsync("/api/v1", CallOf(new Dictionary<string, object> { ["type"] = "GET_STATE" }));
        return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement.GetProperty("get_state");
    }

    private async Task PostAsync(string path, HttpContent? body)
    {
        using var http = Client();
        using var answer = await http.PostAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, $"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
