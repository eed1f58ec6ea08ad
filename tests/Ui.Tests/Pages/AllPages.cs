using Bunit;
using Microsoft.AspNetCore.Components;
using Pipeline.Ui.Display;
using Pipeline.Ui.Pages;
using Pipeline.Ui.Pages.Builds;
using Pipeline.Ui.Pages.Clusters;
using Pipeline.Ui.Pages.Commits;
using Pipeline.Ui.Pages.Failures;
using Pipeline.Ui.Pages.Promotions;
using Pipeline.Ui.Pages.Releases;
using Pipeline.Ui.Pages.Repositories;
using Pipeline.Ui.Pages.Stages;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>Opens any page by its name, for what has to hold on all of them.</summary>
public abstract class AllPages : UiTest
{
    /// <summary>Pages of one object; an unknown name gives a page that says so.</summary>
    public static TheoryData<string> ObjectPages =>
    [
        "agent", "artifact", "build", "cluster", "commit", "delivery", "deployable", "module", "promotion", "promotion-by-name", "release",
            "release-by-digest",
        "repository", "request", "stage", "task",
    ];

    /// <summary>Pages of a list.</summary>
    public static TheoryData<string> ListPages => ["activity", "clusters", "deployables", "failures", "home", "hooks", "repositories",
        "routes", "stages", "waiting"];

    /// <summary>Every page.</summary>
    public static TheoryData<string> Every => [.. ListPages.Select(r => r.Data), .. ObjectPages.Select(r => r.Data), "branch", "builds",
        "branches", "releases", "deliveries"];

    /// <summary>The page of the seeded object, or of one that does not exist.</summary>
    protected async Task<IRenderedComponent<IComponent>> OpenPageAsync(string page, bool exists = true)
    {
        var number = exists ? 2 : 99;
        var name = exists ? "billing" : "nothing";
        switch (page)
        {
            case "activity": return OpenAt<ActivityPage>("/activity");
            case "clusters": return OpenAt<ClustersPage>("/clusters");
            case "deployables": return OpenAt<DeployablesPage>("/deployables");
            case "home": return OpenAt<HomePage>("/");
            case "hooks": return OpenAt<HooksPage>("/hooks");
            case "repositories": return OpenAt<RepositoriesPage>("/repos");
            case "agent": return OpenAt<AgentPage>("/a", p => p.Add(a => a.Cluster, "production").Add(a => a.Agent,
                exists ? "rack1-a1" : "nowhere"));
            case "artifact": return OpenAt<ArtifactPage>("/a", p => p.Add(a => a.Sha256,
                string.Concat(Enumerable.Repeat(exists ? "a2" : "00", 32))));
            case "build": return OpenAt<BuildPage>("/a", p => p.Add(b => b.Owner, "shop").Add(b => b.Name, name).Add(b => b.Number,
                exists ? 3 : 99));
            case "cluster": return OpenAt<ClusterPage>("/a", p => p.Add(c => c.Name, exists ? "production" : "nothing"));
            case "commit": return OpenAt<CommitPage>("/a", p => p.Add(c => c.Owner, "shop").Add(c => c.Name, name).Add(c => c.Sha,
                exists ? Good : new string('f', 40)));
            case "deployable": return OpenAt<DeployablePage>("/a", p => p.Add(d => d.Name, exists ? "billing-api" : "nothing"));
            case "module":
                return OpenAt<ModulePage>(
                    "/a", p => p.Add(m => m.Owner, "shop").Add(m => m.Name, "billing").Add(m => m.Number, 3).Add(m => m.Module,
                    exists ? "api" : "nothing"));
            case "promotion": return OpenAt<PromotionPage>("/a", p => p.Add(x => x.Id, exists ? Waiting : Guid.NewGuid()));
            case "promotion-by-name":
                return OpenAt<PromotionPage>(
                    "/a", p => p.Add(x => x.Owner, "shop").Add(x => x.Name, name).Add(x => x.Number, number).Add(x => x.Stage,
                    "production"));
            case "release": return OpenAt<ReleasePage>("/a", p => p.Add(r => r.Owner, "shop").Add(r => r.Name, "billing").Add(r =>
                r.Number, number));
            case "release-by-digest":
                var digest = exists ? await ReadAsync<string>("SELECT digest FROM artifact.release WHERE number = 2") : new string('0', 64);
                return OpenAt<ReleasePage>("/a", p => p.Add(r => r.Digest, Links.Hex(digest!)));
            case "repository": return OpenAt<RepositoryPage>("/a", p => p.Add(r => r.Owner, "shop").Add(r => r.Name, name));
            case "branch": return OpenAt<RepositoryPage>("/a", p => p.Add(r => r.Owner, "shop").Add(r => r.Name, name).Add(r => r.Branch,
                "feature/vat"));
            case "builds" or "branches" or "releases" or "deliveries":
                return OpenAt<RepositoryPage>($"/a?tab={page}", p => p.Add(r => r.Owner, "shop").Add(r => r.Name, name));
            case "request": return OpenAt<RequestPage>("/a", p => p.Add(r => r.Cluster, "production").Add(r => r.Request,
                exists ? "billing-api" : "nothing"));
            case "stage": return OpenAt<StagePage>("/a", p => p.Add(s => s.Name, exists ? "production" : "nothing"));
            case "task": return OpenAt<TaskPage>("/a", p => p.Add(t => t.Cluster, "infra-qa").Add(t => t.Task,
                exists ? "billing-api.infra-qa.1.1" : "nothing"));
            default: return OpenSystemPage(page, exists);
        }
    }

    private IRenderedComponent<IComponent> OpenSystemPage(string page, bool exists) => page switch
    {
        "delivery" => OpenAt<DeliveryPage>("/a", p => p.Add(d => d.Id, exists ? Rejected : Guid.NewGuid())),
        "failures" => OpenAt<FailuresPage>("/failures"),
        "routes" => OpenAt<RoutesPage>("/routes"),
        "stages" => OpenAt<StagesPage>("/stages"),
        "waiting" => OpenAt<WaitingPage>("/waiting"),
        _ => throw new ArgumentOutOfRangeException(nameof(page), page, "There is no such page."),
    };

    /// <summary>The page once it has read its model.</summary>
    protected static async Task<IRenderedComponent<IComponent>> ReadyAsync(IRenderedComponent<IComponent> page)
    {
        var model = page.Instance.GetType().GetProperty("Model")!;
        await page.WaitForAssertionAsync(() => Assert.NotNull(model.GetValue(page.Instance)));
        // The render that shows it is queued behind the read.
        await page.InvokeAsync(() => { });
        await page.WaitForAssertionAsync(() => Assert.Single(page.FindAll("h1")));
        return page;
    }
}
