using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>What a task sends, in one line each.</summary>
internal static class TaskCalls
{
    public const string OneStep = "steps: [{ name: test, run: ./test.sh }]";
    public static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
    public static readonly BuildResult Good = new("succeeded", null, null, null, null, []);
    public static readonly BuildResult Bad = new("failed", "test", 2, "app", null, []);

    /// <summary>A build whose only module is being built by its first task.</summary>
    public static async Task<(BuildDetail Build, HttpClient Task)> RunningAsync(this BuildHost host, string definition = OneStep)
    {
        var build = await host.PushAsync(definition);
        var task = await host.LaunchAsync(build.Modules[0], build.Build.Id);
        Assert.Equal(HttpStatusCode.NoContent, (await task.StepAsync(0, "running")).StatusCode);
        return (await host.DetailAsync(build.Build.Id), task);
    }

    public static Task<HttpResponseMessage> StepAsync(this HttpClient task, int index, string? state, int? exitCode = null) =>
        task.PutAsJsonAsync($"steps/{index}", new StepReport(state!, At, state == "running" ? null : At.AddSeconds(1), exitCode));

    public static Task<HttpResponseMessage> LogAsync(this HttpClient task, long offset, string text, int index = 0) =>
        task.LogAsync(offset, Encoding.UTF8.GetBytes(text), index);

    public static Task<HttpResponseMessage> LogAsync(this HttpClient task, long offset, byte[] bytes, int index = 0) =>
        task.PostAsync(string.Create(CultureInfo.InvariantCulture, $"steps/{index}/log?offset={offset}"), new ByteArrayContent(bytes));

    public static Task<HttpResponseMessage> ResultAsync(this HttpClient task, BuildResult result) => task.PutAsJsonAsync("result", result);

    /// <summary>A body as it is, for what no client of ours would send.</summary>
    public static Task<HttpResponseMessage> PutRawAsync(this HttpClient task, string path, string json) =>
        task.PutAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Status, type and title of a refusal, on one line.</summary>
    public static async Task<string> RefusalAsync(this HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        var status = (int)answer.StatusCode;
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return $"{status} {body}".TrimEnd();
        var problem = JsonDocument.Parse(body).RootElement;
        var detail = problem.TryGetProperty("detail", out var d) ? " " + d.GetString() : "";
        return $"{status} {problem.GetProperty("type").GetString()}: {problem.GetProperty("title").GetString()}{detail}";
    }
}
