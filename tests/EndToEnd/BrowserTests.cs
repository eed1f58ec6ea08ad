using Microsoft.Playwright;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.EndToEnd;

/// <summary>What a person sees in a browser, without ever reloading.</summary>
[Collection(ApprovingCollection.Name)]
public sealed class BrowserTests(ApprovingPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task The_commit_page_follows_a_push_from_pending_to_production_and_a_person_approves_it_there()
    {
        var repository = await pipeline.CreateRepositoryAsync("watched");
        var maria = await pipeline.CreateTokenAsync(new { login = "maria", groups = new[] { "release-managers" } });
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync();
        await SignInAsync(page, maria);

        var crowd = await CrowdAsync(mostOfEachAgent: 5);
        var step = $"echo waiting for you; {pipeline.Signals.Wait("watched")}";
        var sha = await repository.PushAsync("Watch me", WebSample.Files("watched", "v1", buildStep: step, buildCpus: "4"));
        await Eventually.IsTrueAsync(async () => await repository.CommitAsync(sha) is not null, TimeSpan.FromSeconds(10), "the commit is known");
        await page.GotoAsync($"{pipeline.Url}/commits/{sha}");
        var reloads = 0;
        page.Load += (_, _) => reloads++;

        await Expect(page.Locator("li[data-testid=build]")).ToHaveAttributeAsync("data-state", "pending", Patiently);
        await Expect(page.GetByTestId("next")).ToContainTextAsync("Module web is not placed yet: needs 4 cpus", Patient);
        await Expect(page.GetByTestId("status-pipeline/build")).ToHaveAttributeAsync("data-state", "pending", Patiently);
        await Eventually.BecomesAsync(StatesOnTheForge, s => s.SequenceEqual(["pending"]), TimeSpan.FromSeconds(20), "the forge shows pending");
        await PictureAsync(page, "pending");

        await crowd.LeaveAsync();
        await Expect(page.Locator("li[data-testid=build]")).ToHaveAttributeAsync("data-state", "building", Patiently);
        await Expect(page.GetByTestId("stage-production")).Not.ToHaveAttributeAsync("data-state", "succeeded");
        await Expect(page.GetByTestId("log")).ToContainTextAsync("waiting for you", Patient);
        await PictureAsync(page, "building");
        pipeline.Signals.Open("watched");
        await Expect(page.Locator("li[data-testid=build]")).ToHaveAttributeAsync("data-state", "succeeded", Patiently);
        await Expect(page.GetByTestId("stage-production")).ToHaveAttributeAsync("data-state", "waiting", Patiently);
        await Expect(page.GetByTestId("next")).ToContainTextAsync("Waiting for approval by release-managers", Patient);
        await PictureAsync(page, "waiting");

        await ApproveAsync(await OpenAsync(browser, maria, $"{pipeline.Url}/waiting"), "watched");

        await Expect(page.GetByTestId("stage-production")).ToHaveAttributeAsync("data-state", "succeeded", Patiently);
        await PictureAsync(page, "production");
        Assert.Equal(0, reloads);
        Assert.Equal(["pending", "success"], await StatesOnTheForge());
        await pipeline.ServesAsync("/apps/production/watched/", "watched v1 in production\n");

        Task<IReadOnlyList<string>> StatesOnTheForge() => Task.FromResult(fixture.Forge.StatesOf("watched", sha, "pipeline/build"));
    }

    private static LocatorAssertionsToHaveAttributeOptions Patiently => new() { Timeout = 30_000 };

    private static LocatorAssertionsToContainTextOptions Patient => new() { Timeout = 30_000 };

    /// <summary>Builds of somebody else that take most of every agent of the build cluster until they are told to leave.</summary>
    private async Task<Crowd> CrowdAsync(int mostOfEachAgent)
    {
        var cluster = await pipeline.ClusterAsync("infra-qa");
        var crowd = new Crowd(pipeline.Signals, await pipeline.CreateRepositoryAsync("crowd"));
        await crowd.ComeAsync(cluster.GetProperty("agents").GetArrayLength(), mostOfEachAgent);
        return crowd;
    }

    /// <summary>For the eyes: kept with the data of the instance (<c>PIPELINE_KEEP_TEST_DATA=1</c>).</summary>
    private Task PictureAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(pipeline.Data, "pictures", $"{name}.png"), FullPage = true });

    private async Task<IPage> OpenAsync(Browser browser, string token, string url)
    {
        var page = await browser.OpenAsync();
        await SignInAsync(page, token);
        await page.GotoAsync(url);
        return page;
    }

    private async Task SignInAsync(IPage page, string token)
    {
        await page.GotoAsync($"{pipeline.Url}/sign-in");
        await page.Locator("input[name=token]").FillAsync(token);
        await page.Locator("form button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync($"{pipeline.Url}/");
    }

    private static async Task ApproveAsync(IPage page, string repository)
    {
        await page.GetByRole(AriaRole.Link).Filter(new LocatorFilterOptions { HasText = repository }).First.ClickAsync();
        await page.GetByTestId("approve").ClickAsync();
        await page.GetByTestId("confirm").ClickAsync();
    }
}
