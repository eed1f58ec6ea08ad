using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd.Harness;

/// <summary>A repository whose builds sit on agents until a signal: what other teams' work is to a push that has to wait.</summary>
public sealed class Crowd(SignalBoard signals, TestRepository repository)
{
    private string sha = "";

    /// <summary>One module for each agent, of which no two fit on one; gives back control when all of them run.</summary>
    public async Task ComeAsync(int agents, int cpusOfEach)
    {
        var modules = string.Concat(Enumerable.Range(1, agents).Select(i => $$"""
              m{{i}}:
                path: m{{i}}
                resources: { cpus: {{cpusOfEach}}, memory: 64MB }
                steps:
                  - { name: sit, run: '{{signals.Note("crowd", $"{i}")}}; {{signals.Wait("crowd")}}' }

            """));
        var files = Enumerable.Range(1, agents).ToDictionary(i => $"m{i}/chair", _ => "");
        files[".pipeline.yaml"] = $"modules:\n{modules}";
        sha = await repository.PushAsync("Sit down", files);
        await repository.BuildBecomesAsync(sha, "running");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(signals.Notes("crowd").Distinct().Count() == agents), TimeSpan.FromSeconds(60),
            "every agent is taken");
    }

    public async Task LeaveAsync()
    {
        signals.Open("crowd");
        await repository.BuildBecomesAsync(sha, "succeeded");
    }
}
