using Bunit;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.TestKit;
using Pipeline.Ui.Components.Clusters;
using Pipeline.Ui.Pages.Clusters;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>What operators see and do: clusters, agents, requests.</summary>
public sealed class OperatorPagesTests : UiTest
{
    [Fact]
    public async Task The_cluster_page_shows_racks_by_state_and_nobody_signed_in_can_change_them()
    {
        var page = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));

        await page.WaitForAssertionAsync(() => Assert.Contains("1 dead", page.Find("[data-testid=rack-rack0]").TextContent,
            StringComparison.Ordinal));
        Assert.Contains("http://m1:5050", page.Find("[data-testid=capacity]").TextContent, StringComparison.Ordinal);
        Assert.All(page.FindAll("[data-testid=rack-rack0] .page-actions button"), b => Assert.True(b.HasAttribute("disabled")));
        Assert.StartsWith("Sign in", page.Find("[data-testid=rack-rack0] [data-testid=drain]").GetAttribute("title"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cluster_page_shows_how_old_and_late_its_loop_is_and_why_offers_were_given_back()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var now = DateTimeOffset.UtcNow;
        var declined = new DeclinedOfferView(
            "production", "o1", "a1", "rack1-a1", "rack1", new ResourcesView(2, 512, 0), 10, now, now, "nothing-fits",
            "nothing that waits fits on it", 6);
        var view = new LoopView("production", now, 90, 0.25, 0.004, 0, 0, 3, 1, 2, [new DeclineCountView("nothing-fits", 7)]);

        var loop = Page.Render<SchedulerLoopFacts>(p => p.Add(l => l.Loop, view)).Find("[data-testid=loop]").TextContent;
        foreach (var part in new[] { "250 ms", "1 min ago", "4 ms", "1 event to process, 2 calls to send", "task pending for 3 s" })
            Assert.Contains(part, loop, StringComparison.Ordinal);
        var table = Page.Render<DeclinedOfferTable>(p => p.Add(d => d.Rows, [declined]).Add(d => d.Counts, view.Declined));
        Assert.Contains("7 because no pending task fits", table.Find("[data-testid=declined]").TextContent, StringComparison.Ordinal);
        Assert.Contains("nothing that waits fits on it", table.Markup, StringComparison.Ordinal);
        var page = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=freeze-priorities]").HasAttribute("disabled")));
        Assert.True(page.Find("[data-testid=lift-freeze]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task What_people_changed_is_ended_from_its_row_and_drain_looks_unlike_decommission()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        await using (var connection = await Db.OpenConnectionAsync(Ct))
            await connection.ExecuteAsync(
                """
                UPDATE scheduler.request SET overrides = jsonb_build_object('priority', jsonb_build_object('priority', 0.9, 'change',
                    jsonb_build_object('by', jsonb_build_object('kind', 'person', 'name', 'maria'), 'reason', 'peak', 'since', now(),
                      'until', now() + interval '1 hour')))
                 WHERE id = 'billing-api'
                """);
        var page = Open<RequestPage>(p => p.Add(r => r.Cluster, "production").Add(r => r.Request, "billing-api"));
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=end-priority]").HasAttribute("disabled")));

        var clicked = page.Find("[data-testid=end-priority]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        var queued = await RefuseAsync("gone", "It ended a moment ago.");
        await clicked;

        Assert.Contains("\"kind\": \"priority\"", queued, StringComparison.Ordinal);
        Assert.Contains("\"priority\": null", queued, StringComparison.Ordinal);
        foreach (var more in new[] { "skip-health", "priority", "remove" })
            Assert.NotNull(page.Find($"[data-testid={more}]"));
        var agent = Open<AgentPage>(p => p.Add(a => a.Cluster, "production").Add(a => a.Agent, "rack1-a1"));
        await agent.WaitForAssertionAsync(() => Assert.Equal("caution", agent.Find("[data-testid=drain]").ClassName));
        Assert.Equal("danger", agent.Find("[data-testid=decommission]").ClassName);
    }

    [Fact]
    public async Task A_drain_goes_to_the_leader_with_its_reason_and_end_and_a_refusal_is_shown_as_it_says()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var page = Open<AgentPage>(p => p.Add(a => a.Cluster, "production").Add(a => a.Agent, "rack1-a1"));
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=drain]").HasAttribute("disabled")));

        var clicked = page.Find("[data-testid=drain]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        await dialogs.Find("[data-testid=reason]").InputAsync(new() { Value = "new disk" });
        await dialogs.Find("[data-testid=duration]").ChangeAsync(new() { Value = "14400" });
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        var queued = await RefuseAsync("drain-limit", "10 agents are being emptied already.");
        await clicked;

        await page.WaitForAssertionAsync(() => Assert.Equal(
            "Refused (drain-limit): 10 agents are being emptied already.", page.Find("[data-testid=answer]").TextContent));
        Assert.Contains("\"reason\": \"new disk\"", queued, StringComparison.Ordinal);
        Assert.Contains("\"for\": \"04:00:00\"", queued, StringComparison.Ordinal);
        Assert.Contains("maria", queued, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_is_replaced_or_killed_from_its_page_and_destroying_it_waits_for_its_name()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var page = Open<TaskPage>(p => p.Add(t => t.Cluster, "infra-qa").Add(t => t.Task, "billing-api.infra-qa.1.1"));
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=replace]").HasAttribute("disabled")));
        Assert.Equal("danger", page.Find("[data-testid=destroy]").ClassName);
        Assert.Equal("caution", page.Find("[data-testid=kill]").ClassName);

        var clicked = page.Find("[data-testid=replace]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        await dialogs.Find("[data-testid=reason]").InputAsync(new() { Value = "leaks" });
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        var queued = await RefuseAsync("not-found", "It ended a moment ago.");
        await clicked;

        foreach (var part in new[] { "\"kind\": \"kill\"", "\"replace\": true", "\"destroy\": false", "\"reason\": \"leaks\"", "maria" })
            Assert.Contains(part, queued, StringComparison.Ordinal);
        var destroyed = page.Find("[data-testid=destroy]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => Assert.True(dialogs.Find("[data-testid=confirm]").HasAttribute("disabled")));
        await dialogs.Find("[data-testid=name]").InputAsync(new() { Value = "billing-api.infra-qa.1.1" });
        Assert.False(dialogs.Find("[data-testid=confirm]").HasAttribute("disabled"));
        await dialogs.FindAll("button").First(b => b.TextContent == "Close").ClickAsync(new());
        await destroyed;
    }

    [Fact]
    public async Task Placement_is_forced_and_freed_on_the_page_of_the_cluster_which_says_that_it_is()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        await using (var connection = await Db.OpenConnectionAsync(Ct))
            await connection.ExecuteAsync(
                """
                INSERT INTO scheduler.forced_placement (cluster, payload) VALUES ('production', jsonb_build_object('strategy', 'greedy',
                  'rackSensitive', false,
                    'change', jsonb_build_object('by', jsonb_build_object('kind', 'person', 'name', 'maria'), 'reason', 'emptying rack0',
                      'since', now())))
                """);
        var page = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=force-placement]").HasAttribute("disabled")));
        var said = page.Find("[data-testid=placement]").TextContent;
        foreach (var part in new[] { "greedy, regardless of racks", "maria", "emptying rack0" })
            Assert.Contains(part, said, StringComparison.Ordinal);
        Assert.False(page.Find("[data-testid=free-placement]").HasAttribute("disabled"));

        var clicked = page.Find("[data-testid=force-placement]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=option]"));
        await dialogs.Find("[data-testid=option]").ChangeAsync(new() { Value = "6" });
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        var queued = await RefuseAsync("no-leader", "Nobody leads.");
        await clicked;

        Assert.Contains("\"strategy\": null", queued, StringComparison.Ordinal);
        Assert.Contains("\"rackSensitive\": true", queued, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decommission_waits_for_the_name()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var page = Open<AgentPage>(p => p.Add(a => a.Cluster, "production").Add(a => a.Agent, "rack1-a1"));
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=decommission]").HasAttribute("disabled")));

        var clicked = page.Find("[data-testid=decommission]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => Assert.True(dialogs.Find("[data-testid=confirm]").HasAttribute("disabled")));
        await dialogs.Find("[data-testid=name]").InputAsync(new() { Value = "rack1-a1" });
        Assert.False(dialogs.Find("[data-testid=confirm]").HasAttribute("disabled"));
        await dialogs.FindAll("button").First(b => b.TextContent == "Close").ClickAsync(new());
        await clicked;
    }

    [Fact]
    public async Task The_request_page_says_what_it_waits_for_and_offers_what_fits_its_kind()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var page = Open<RequestPage>(p => p.Add(r => r.Cluster, "production").Add(r => r.Request, "billing-api"));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("memory too small", page.Find("[data-testid=why]").TextContent, StringComparison.Ordinal));
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=scale]").HasAttribute("disabled")));
        Assert.True(page.Find("[data-testid=unpause]").HasAttribute("disabled"));
        Assert.Empty(page.FindAll("[data-testid=run]"));
        Assert.Contains("billing-api.production", page.Markup, StringComparison.Ordinal);
    }

    /// <summary>What a leader writes.</summary>
    /// <returns>What was queued.</returns>
    private async Task<string> RefuseAsync(string code, string detail)
    {
        string? queued = null;
        await Eventually.IsTrueAsync(async () =>
        {
            await using var connection = await Db.OpenConnectionAsync(Ct);
            queued = await connection.ExecuteScalarAsync<string?>(
                """
                WITH taken AS (DELETE FROM scheduler.intake RETURNING id, cluster, payload::text),
                     answered AS (INSERT INTO scheduler.command_result (id, cluster, at, code, status, detail)
                                  SELECT id, cluster, now(), @code, 409, @detail FROM taken)
                SELECT payload FROM taken
                """, new { code, detail });
            return queued is not null;
        }, TimeSpan.FromSeconds(20), "the command is in the intake");
        return queued!;
    }
}
