using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Routes that two want, and names that belong to another repository.</summary>
[Collection(CasesCollection.Name)]
public sealed class RouteCases(CasesPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;
    private readonly Deployed deployed = new(fixture.Instance);

    [Fact]
    public async Task A_route_and_a_name_have_one_owner_and_nobody_elses_traffic_stops()
    {
        var (a, b) = (await ByteRepository.CreateAsync(pipeline, "routes-a"), await ByteRepository.CreateAsync(pipeline, "routes-b"));
        var first = a.Commit(CaseApp.Of("routes-a", CaseApp.Service("svc-a", "routes-a", "ok", "A1", "/shared")));
        await a.PushAsync(("main", first));
        await deployed.RunsInProductionAsync(first);

        var second = b.Commit(CaseApp.Of("routes-b", CaseApp.Service("svc-b", "routes-b", "ok", "B1", "/shared")));
        await b.PushAsync(("main", second));
        var next = a.Commit(CaseApp.Of("routes-a", CaseApp.Service("svc-a", "routes-a", "ok", "A2", "/shared")), "Next\n", first);
        await a.PushAsync(("main", next));
        await deployed.RunsInProductionAsync(next);
        Assert.Contains("tests/routes-a", await NextOfAsync(second, "/shared"), StringComparison.Ordinal);
        for (var i = 0; i < 8; i++)
            await pipeline.ServesAsync("/apps/production/shared/x", "VER=[A2]\n");

        var thief = b.Commit(
            CaseApp.Of("routes-b", CaseApp.Line("svc-a", "routes-b", "kind: worker, run: exec sleep 9999")), "Steal\n", second);
        await b.PushAsync(("main", thief));
        Assert.Contains("belongs to another repository, tests/routes-a:", await NextOfAsync(thief, "svc-a"), StringComparison.Ordinal);
        await pipeline.ServesAsync("/apps/production/shared/x", "VER=[A2]\n");
    }

    private async Task<string> NextOfAsync(string sha, string word)
    {
        await deployed.ReachesAsync(sha, "infra-qa", "waiting");
        return (await Eventually.BecomesAsync(
            async () => (await pipeline.GetAsync($"/api/v1/commits/{sha}"))!.Value.GetProperty("next").GetString()!,
            n => n.Contains(word, StringComparison.Ordinal), TimeSpan.FromSeconds(15), $"the commit says what of {word} it waits for"));
    }
}
