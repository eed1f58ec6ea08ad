using Pipeline.Ui.Display;

namespace Pipeline.Ui.Tests.Display;

/// <summary>Addresses of pages: readable, and safe with names that anybody can push.</summary>
public sealed class LinksTests
{
    private static readonly Guid Id = Guid.Parse("01900000-0000-7000-8000-000000000001");

    public static TheoryData<string, string> Addresses => new()
    {
        { Links.Repository("shop/billing"), "/repos/shop/billing" },
        { Links.Commit("shop/billing", "abc"), "/repos/shop/billing/commits/abc" },
        { Links.Branch("shop/billing", "main"), "/repos/shop/billing/branches/main" },
        { Links.Branch("shop/billing", "feature/vat by country"), "/repos/shop/billing/branches/feature/vat%20by%20country" },
        { Links.Branch("shop/billing", "a?b#c"), "/repos/shop/billing/branches/a%3Fb%23c" },
        { Links.Build("shop/billing", 7), "/repos/shop/billing/builds/7" },
        { Links.Module("shop/billing", 7, "api/v2"), "/repos/shop/billing/builds/7/api%2Fv2" },
        { Links.Release("shop/billing", 33), "/repos/shop/billing/releases/33" },
        { Links.ReleaseStage("shop/billing", 33, "product qa"), "/repos/shop/billing/releases/33/product%20qa" },
        { Links.Promotion(Id), $"/promotions/{Id}" },
        { Links.Artifact("sha256:00ff"), "/artifacts/00ff" },
        { Links.Artifact("00ff"), "/artifacts/00ff" },
        { Links.Deployable("billing-api"), "/deployables/billing-api" },
        { Links.Stage("production"), "/stages/production" },
        { Links.Cluster("lab"), "/clusters/lab" },
        { Links.Agent("lab", "host.example"), "/clusters/lab/agents/host.example" },
        { Links.Request("lab", "build.shop"), "/clusters/lab/requests/build.shop" },
        { Links.Task("lab", "t/1"), "/clusters/lab/tasks/t%2F1" },
        { Links.StepLog(Id, "api", 2), $"/api/v1/builds/{Id}/modules/api/steps/2/log" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Every_object_has_one_readable_address(string address, string expected) => Assert.Equal(expected, address);

    [Theory]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("../../sign-out")]
    [InlineData("name with spaces & more=1")]
    [InlineData("日本語")]
    public void A_hostile_name_stays_one_segment(string name)
    {
        foreach (var address in new[] { Links.Deployable(name), Links.Stage(name), Links.Cluster(name) })
        {
            Assert.Equal(2, address.Count(c => c == '/'));
            Assert.DoesNotContain(address, c => c is '<' or '>' or '"' or '&' or '=' or '?' or '#' or ' ');
            Assert.Equal(name, Uri.UnescapeDataString(address.Split('/')[2]));
        }
    }

    [Fact]
    public void Breadcrumbs_lead_from_the_repository_down()
    {
        var crumbs = Breadcrumb.Under("shop/billing", new Breadcrumb("build #7"));

        Assert.Equal(["Repositories", "shop/billing", "build #7"], crumbs.Select(c => c.Text));
        Assert.Equal(["/repos", "/repos/shop/billing", null], crumbs.Select(c => c.Href));
    }
}
