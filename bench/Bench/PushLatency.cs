using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.Bench;

/// <summary>
/// Pushes of a trivial service, one after the other, timed by the product's own journal against the start of <c>git push</c>.
/// </summary>
public static class PushLatency
{
    // No soak, no bake, no people: what is left is the pipeline's own share.
    private const string Policy = """
        stages:
          - { name: infra-qa,   cluster: infra-qa,   promote: automatic, gates: { signature: required } }
          - { name: product-qa, cluster: product-qa, promote: automatic, after: infra-qa, gates: { signature: required } }
          - { name: production, cluster: production, promote: automatic, after: product-qa, gates: { signature: required } }
        """;

    // Far beyond the noise of a busy machine: such a push is named, so that its rows and the server's log can be read.
    private static readonly TimeSpan Outlier = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(int pushes)
    {
        await using var pipeline = await PipelineInstance.StartAsync(Policy);
        var repository = await pipeline.CreateRepositoryAsync("bench");
        var warm = await repository.PushAsync("Warm up", WebSample.Files("bench", "v0"));
        await repository.ReachesAsync(warm, "production", "running", "succeeded");

        var rows = new Dictionary<string, List<TimeSpan>>
        {
            ["commit.pushed"] = [],
            ["build.planned"] = [],
            ["step.started"] = [],
            ["release.created"] = [],
            ["promotion.succeeded"] = [],
        };
        for (var n = 1; n <= pushes; n++)
        {
            var sha = await repository.CommitAsync($"Push {n}", WebSample.Files("bench", $"v{n}"));
            var start = TimeProvider.System.GetUtcNow();
            await repository.PushHeadAsync();
            await repository.ReachesAsync(sha, "production", "running", "succeeded");
            foreach (var (kind, times) in rows)
                times.Add(await TimeOfAsync(repository, sha, kind) - start);
            Console.Error.Write($"\r{n} of {pushes}");
            if (rows["promotion.succeeded"][^1] > Outlier)
            {
                var parts = rows.Select(row => $"{row.Value[^1].TotalSeconds:0.00} s to {row.Key}");
                Console.Error.WriteLine($": {sha} took {string.Join(", ", parts)}");
            }
        }

        Console.Error.WriteLine();
        Percentiles.PrintHeader();
        Percentiles.Print("git push → commit known", rows["commit.pushed"]);
        Percentiles.Print("git push → commit planned, status pending", rows["build.planned"]);
        Percentiles.Print("git push → first build step running", rows["step.started"]);
        Percentiles.Print("git push → signed release", rows["release.created"]);
        Percentiles.Print("git push → production", rows["promotion.succeeded"]);
    }

    // The first of its kind, except for promotions: the last stage counts.
    private static async Task<DateTimeOffset> TimeOfAsync(TestRepository repository, string sha, string kind)
    {
        var entries = await repository.EventsAsync(sha, kind);
        JsonElement entry = kind == "promotion.succeeded" ? entries[^1] : entries[0];
        return entry.GetProperty("at").GetDateTimeOffset();
    }
}
