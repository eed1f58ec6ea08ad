using System.Net.NetworkInformation;
using System.Text.Json;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>What became of commits in the stages, and what runs there.</summary>
public sealed class Deployed(PipelineInstance pipeline)
{
    public static IReadOnlyList<string> Stages { get; } = ["infra-qa", "product-qa", "production"];

    /// <summary>Waits until the stage shows one of the states for the commit.</summary>
    public async Task<JsonElement> ReachesAsync(string sha, string stage, params string[] states) => (await Eventually.BecomesAsync(
        () => pipeline.GetAsync($"/api/v1/commits/{sha}"), c => states.Contains(TestRepository.StageState(c, stage)),
        TimeSpan.FromSeconds(60), $"{sha[..7]} is {string.Join(" or ", states)} in {stage}"))!.Value;

    public Task<JsonElement> RunsInProductionAsync(string sha) => ReachesAsync(sha, "production", "running", "succeeded");

    /// <summary>Why the commit is in its state in the stage.</summary>
    public static string ReasonIn(JsonElement commit, string stage) =>
        TestRepository.Stage(commit, stage)!.Value.GetProperty("reason").GetString() ?? "";

    /// <summary>The number of tasks that a deployable has now, in each stage.</summary>
    public async Task<string> TasksOfAsync(string name)
    {
        var counts = new List<string>();
        foreach (var stage in Stages)
        {
            var request = await pipeline.GetAsync($"/api/v1/clusters/{stage}/requests/{name}");
            counts.Add(request is { } r ? (r.TryGetProperty("request", out var inner) ? inner : r).Text("activeTasks") : "none");
        }

        return string.Join(' ', counts);
    }

    public Task HasTasksAsync(string name, string counts) => Eventually.BecomesAsync(
        () => TasksOfAsync(name), c => c == counts, TimeSpan.FromSeconds(20), $"tasks of {name} in the stages are {counts}");

    /// <summary>The tasks of deployables that have ended in a cluster.</summary>
    public async Task<IReadOnlyList<JsonElement>> EndedTasksAsync(string cluster, IEnumerable<string> names)
    {
        var ended = new List<JsonElement>();
        foreach (var name in names)
        {
            var tasks = (await pipeline.GetAsync($"/api/v1/clusters/{cluster}/tasks?request={name}&limit=100"))!.Value;
            ended.AddRange(tasks.GetProperty("items").EnumerateArray().Where(t => t.Text("endedAt").Length > 0));
        }

        return ended;
    }

    /// <summary>Of each agent of a cluster the lowest ports for tasks that nobody listens on: those that its next tasks get.</summary>
    public async Task<IReadOnlyList<int>> LowestPortsAsync(string cluster, int ofEach)
    {
        // An agent's API is on the first port of its block (PortBlock in src/LocalMesos).
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port).ToHashSet();
        return
        [
            .. (await pipeline.ClusterAsync(cluster)).GetProperty("agents").EnumerateArray()
                .Select(a => new Uri(a.GetProperty("url").GetString()!).Port)
                .SelectMany(api => Enumerable.Range(api + 1, 99).Where(p => !listening.Contains(p)).Take(ofEach)),
        ];
    }

    /// <summary>The status and the text that an application answers with.</summary>
    public async Task<string> AnswerAsync(string path)
    {
        using var answer = await pipeline.Applications.GetAsync(path);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }
}
