using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.EndToEnd.Harness.Machines;

namespace Pipeline.EndToEnd.Cases.Deliveries;

/// <summary>Pushes with more text than a webhook may hold (25 MB): the server reads commits from git, and the webhook is small.</summary>
[Collection(CasesCollection.Name)]
public sealed class LargePushCases(CasesPipeline fixture)
{
    private const int MostHookBytes = 300_000;
    private const int Large = 30_000_000;

    // All texts of these pushes together, once as they come and once as .NET has them.
    private const long MostGrowth = 450L << 20;
    private readonly PipelineInstance pipeline = fixture.Instance;

    private static Tree Files => new() { { ".pipeline.yaml", "resources: { cpus: 0.05, memory: 64MB }\nsteps: [{ run: 'true' }]\n" } };

    [Fact]
    public async Task A_push_of_commits_with_very_much_text_is_announced_and_built_and_so_is_the_next()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "much-text");
        const string person = " <t@example.test> 1700000000 +0000";
        var first = repository.Commit(Files, "First\n");
        var many = Enumerable.Range(0, 2100).Aggregate(
            first, (parent, i) => repository.Commit(Files, $"n {i}\n\n{new string('m', 16_000)}\n", parent));
        (string Branch, string Sha)[] pushed =
        [
            ("many", many),
            ("message", repository.Commit(Files, $"One of 30 MB\n\n{new string('x', Large)}\n", first)),
            ("wide", repository.Commit(Files, $"Wide\n\na{new string('ü', Large / 2)}\n", first)),
            ("controls", repository.Commit(Files, $"Controls\n\n{new string('\u0001', Large)}\n", first)),
            ("author", repository.CommitOf(Files, new string('a', Large) + person, ByteRepository.Person, "Author\n", "", first)),
        ];
        using var memory = ServerMemory.Measure(pipeline.ServerId);

        var said = await repository.PushAsync(pushed);

        Assert.DoesNotContain("did not take", said, StringComparison.Ordinal);
        var builds = await repository.BuildsAsync(pushed.Select(p => p.Sha));
        Assert.All(builds, b => Assert.Equal("succeeded", b.Text("state")));
        foreach (var (name, delivery) in await repository.DeliveriesAsync(pushed.Length))
        {
            Assert.Equal((name, "processed", "head moved"), (name, delivery.Text("state"), delivery.Text("outcome")));
            var headers = (await pipeline.GetAsync($"/api/v1/deliveries/{delivery.Text("id")}"))!.Value.GetProperty("headers");
            Assert.InRange(int.Parse(headers.Text("Content-Length"), System.Globalization.CultureInfo.InvariantCulture), 1, MostHookBytes);
        }

        var commits = await repository.ListAsync($"/api/v1/repositories/{repository.Id}/commits?branch=many");
        Assert.Equal(2100, commits.Count(c => c.Text("subject").StartsWith("n ", StringComparison.Ordinal)));
        var next = repository.Commit(Files, "Next\n", pushed[1].Sha);
        await repository.PushAsync(("message", next));
        Assert.Equal("succeeded", (await repository.BuildsAsync(next))[0].Text("state"));
        Assert.InRange(memory.Growth, 0, MostGrowth);
    }
}
