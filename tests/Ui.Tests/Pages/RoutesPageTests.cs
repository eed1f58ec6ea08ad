using Bunit;
using Pipeline.Kernel;
using Pipeline.Ui.Actions.Promotions;
using Pipeline.Ui.Components.Actions;
using Pipeline.Ui.Pages.Stages;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>Who has which route, who waits for one, and what an operator does about it.</summary>
public sealed class RoutesPageTests : UiTest
{
    // The release that waits for production is another repository's: it names /api as billing-api does.
    private const string Rival = """
        INSERT INTO git.repository (id, forge, base_url, forge_id, owner, name, clone_url, default_branch, pinned, added_at, added_by)
        VALUES ('01900000-0000-7000-8000-0000000000ff', 'github', 'https://github.com', 77, 'acme', 'rival',
                'https://github.com/acme/rival.git', 'main', false, now(), 'person:maria');
        UPDATE stages.promotion SET repository_id = '01900000-0000-7000-8000-0000000000ff' WHERE phase = 'Waiting';
        """;

    [Fact]
    public async Task A_route_shows_its_owner_and_why_nothing_answers_there()
    {
        var page = Open<RoutesPage>();

        await page.WaitForAssertionAsync(() => Assert.Equal(3, page.FindAll("tbody tr").Count));
        var row = page.FindAll("tbody tr")[^1].TextContent;
        Assert.Contains("/api", row, StringComparison.Ordinal);
        Assert.Contains("billing-api", row, StringComparison.Ordinal);
        Assert.Contains("shop/billing", row, StringComparison.Ordinal);
        Assert.Contains("by system:deploy-stages", row, StringComparison.Ordinal);
        Assert.Contains("is healthy with this route.", row, StringComparison.Ordinal);
        // A newer release of the owner's own repository waits too: that is no rival.
        Assert.DoesNotContain("names /api", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_transfers_a_route_to_what_waits_for_it()
    {
        await ExecuteAsync(Rival);
        await SignInAsync("olga", [Permission.View, Permission.Operate]);
        var page = Open<RoutesPage>();
        await page.WaitForAssertionAsync(() => Assert.Single(page.FindAll("[data-testid=transfer-billing-api]")));
        Assert.Contains("billing-api of acme/rival names /api", page.Markup, StringComparison.Ordinal);

        var buttons = page.FindComponents<PageActionButtons>().Single(b => b.Instance.Actions.Count == 2);
        var transfer = buttons.Instance.Actions[0];
        Assert.True(transfer.Questions.RequiresNote);
        await page.InvokeAsync(() => buttons.Instance.RunAsync(transfer, new("the team moved")));

        await page.WaitForAssertionAsync(() => Assert.Equal(
            "billing-api has the route /api in production now.", buttons.Find("[data-testid=answer]").TextContent));
        Assert.Equal(
            "01900000-0000-7000-8000-0000000000ff person:olga",
            await ReadAsync<string>("SELECT repository_id || ' ' || taken_by FROM routes.owner WHERE stage = 'production'"));
    }

    [Fact]
    public async Task A_route_in_use_is_not_released_and_the_page_says_what_to_do()
    {
        await SignInAsync("olga", [Permission.View, Permission.Operate]);
        var route = (await Service<LoadBalancers.Contract.Queries.TrafficQueries>().ListAsync(Ct))[^1];
        var release = Service<RouteActions>().Of(route, []).Single();

        var result = await release.RunAsync(Person("olga"), new("why not"), Ct);

        Assert.False(result.Done);
        Assert.Equal(
            $"Not recorded. billing-api runs in {route.Stage} with the route /api. "
            + "Transfer the route, or promote a release of its repository that does not name it.",
            result.Sentence);
    }

    [Fact]
    public async Task Who_may_not_operate_sees_the_owner_and_cannot_change_it()
    {
        await SignInAsync("petra", [Permission.View, Permission.Promote]);

        var page = Open<RoutesPage>();

        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("[data-testid=release-route]")));
        Assert.All(page.FindAll("[data-testid=release-route]"), b => Assert.True(b.HasAttribute("disabled")));
    }

    private static new Caller Person(string name) => new(Actor.Person(name), new HashSet<string> { Permission.Operate }, [], []);
}
