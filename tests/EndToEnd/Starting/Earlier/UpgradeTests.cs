using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd.Starting.Earlier;

/// <summary>The server of today on what an earlier one left behind.</summary>
public sealed class UpgradeTests
{
    [Fact]
    public async Task What_an_earlier_server_ran_approved_and_signed_goes_on_and_everything_works_from_there()
    {
        await using var pipeline = await PipelineInstance.StartOnAsync(EarlierData.UnpackAsync, Policies.WithApproval);
        var shop = await TestRepository.OpenAsync(pipeline, "shop");

        // What ran runs again, and says what it is.
        await pipeline.ServesAsync("/apps/production/shop/", "shop v1 in production\n", TimeSpan.FromSeconds(60));
        await pipeline.ServesAsync("/apps/product-qa/shop/", "shop v2 in product-qa\n", TimeSpan.FromSeconds(60));
        Assert.Equal("running", TestRepository.StageState(await shop.CommitAsync(EarlierData.First), "production"));
        var waiting = TestRepository.Stage(await shop.CommitAsync(EarlierData.Second), "production")!.Value;
        Assert.Equal("waiting", waiting.GetProperty("state").GetString());
        var promotion = waiting.GetProperty("promotion").GetString()!;

        // A person's token is as good as it was, and a plan that waited is approved.
        (await Cli.RunAsync(pipeline, EarlierData.MariasToken, "promotion", "approve", promotion, "--message", "after the upgrade"))
            .ThrowIfFailed("pipeline promotion approve");
        await shop.ReachesAsync(EarlierData.Second, "production", "running", "succeeded");
        await pipeline.ServesAsync("/apps/production/shop/", "shop v2 in production\n");

        // What the earlier server released, signed and approved can be returned to.
        (await Cli.RunAsync(pipeline, pipeline.AdminToken, "promotion", "rollback", promotion, "--message", "sells too much"))
            .ThrowIfFailed("pipeline promotion rollback");
        await pipeline.ServesAsync("/apps/production/shop/", "shop v1 in production\n", TimeSpan.FromSeconds(60));

        // A push takes the whole way.
        var third = await shop.PushAsync("Sell even more", WebSample.Files("shop", "v3"));
        await shop.ReachesAsync(third, "production", "waiting");
        await pipeline.ServesAsync("/apps/product-qa/shop/", "shop v3 in product-qa\n");

        Assert.Equal(0, (await pipeline.GetAsync("/api/v1/failures"))!.Value.GetProperty("items").GetArrayLength());
        Assert.Empty(await shop.EventsAsync(EarlierData.First, "release.held"));
        // Others could read what the earlier server kept.
        Assert.All(
            new[] { "", "keys", "root", "artifacts", "mirrors", "bundles", "logs" },
            folder => Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(Path.Combine(pipeline.Data, folder)), 8)));
        Assert.False(File.Exists(Path.Combine(pipeline.Data, "keys", "root.pem")));
    }
}
