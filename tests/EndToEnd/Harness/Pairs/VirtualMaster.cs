using System.Net.Http.Headers;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Pairs;

/// <summary>What the master of virtual agents says when an operator asks it, and what can happen to its tasks.</summary>
public sealed class VirtualMaster(string url) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Ids of the tasks that run, sorted.</summary>
    public async Task<IReadOnlyList<string>> RunningAsync() =>
        [.. (await TasksAsync()).Where(t => t.State == "TASK_RUNNING").Select(t => t.Id).Order(StringComparer.Ordinal)];

    /// <summary>Ended tasks whose last update nobody has acknowledged: a master holds on to them until then.</summary>
    public async Task<IReadOnlyList<string>> UnacknowledgedAsync() =>
        [.. (await TasksAsync()).Where(t => t.State is "TASK_FINISHED" or "TASK_FAILED" or "TASK_KILLED").Select(t => t.Id)];

    /// <summary>Whether its scheduler is connected, and when it last subscribed.</summary>
    public async Task<(bool Connected, string Since)> FrameworkAsync()
    {
        var framework = Assert.Single(
            (await AskAsync("GET_FRAMEWORKS")).GetProperty("get_frameworks").GetProperty("frameworks").EnumerateArray());
        var since = framework.TryGetProperty("reregistered_time", out var again) ? again : framework.GetProperty("registered_time");
        return (framework.GetProperty("connected").GetBoolean(), since.GetProperty("nanoseconds").ToString());
    }

    /// <summary>The executor dies under the task: the agent reports TASK_FAILED, again and again until that is acknowledged.</summary>
    public async Task EndAsync(string task)
    {
        using var answer = await http.PostAsync($"/localmesos/tasks/{task}/kill-executor", null);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => http.Dispose();

    private async Task<IEnumerable<(string Id, string State)>> TasksAsync()
    {
        var tasks = (await AskAsync("GET_TASKS")).GetProperty("get_tasks");
        return tasks.TryGetProperty("tasks", out var known)
            ? known.EnumerateArray().Select(
                t => (t.GetProperty("task_id").GetProperty("value").GetString()!, t.GetProperty("state").GetString()!))
            : [];
    }

    private async Task<JsonElement> AskAsync(string type)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { type }));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync("/api/v1", body);
        return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement;
    }
}
