using Bunit;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.TestKit;
using Pipeline.Ui.Display;
using Pipeline.Ui.Pages.Commits;

namespace Pipeline.Ui.Tests.Pages;

public sealed class CommitPageTests : UiTest
{
    [Fact]
    public async Task A_commit_says_how_far_it_came_and_who_must_act_next()
    {
        var page = Open(Good);

        await page.WaitForAssertionAsync(() => Assert.Equal("succeeded", page.Find("li[data-testid=build]").GetAttribute("data-state")));
        Assert.Equal("succeeded", page.Find("[data-testid=stage-infra-qa]").GetAttribute("data-state"));
        Assert.Equal("waiting", page.Find("[data-testid=stage-production]").GetAttribute("data-state"));
        Assert.Contains("waiting: approval", page.Find("[data-testid=stage-production]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Approval 0 of 1 (release-managers).", page.Find("[data-testid=next]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_now_tells_this_commit_from_one_that_lacks_it()
    {
        var page = Open(Good);

        await page.WaitForAssertionAsync(() => page.Find("#runs"));
        var cells = page.FindAll("#runs + div td").Select(c => c.TextContent).ToList();
        Assert.Contains("this commit", cells[0], StringComparison.Ordinal);
        Assert.Contains("without this commit", cells[2], StringComparison.Ordinal);
        Assert.Contains("1/2 healthy", cells[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_shows_its_cause_before_any_table()
    {
        var page = Open(Broken);

        await page.WaitForAssertionAsync(() => page.Find("[data-testid=cause]"));
        var cause = page.Find("[data-testid=cause]");
        Assert.Contains("Module api failed in step test, exit code 1 (app)", cause.TextContent, StringComparison.Ordinal);
        Assert.Contains("But was:  12.34", cause.TextContent, StringComparison.Ordinal);
        Assert.True(page.Markup.IndexOf("data-testid=\"cause\"", StringComparison.Ordinal) < page.Markup.IndexOf("<table",
            StringComparison.Ordinal));
        Assert.EndsWith("/modules/api/steps/1/log", page.Find("[data-testid=log]").GetAttribute("data-log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_that_was_not_sent_says_why()
    {
        var page = Open(Good);

        await page.WaitForAssertionAsync(
            () => Assert.Contains("no token is configured for github.com", page.Find("#statuses + div").TextContent,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subject_is_text_never_markup()
    {
        var page = Open(Good);

        await page.WaitForAssertionAsync(() => Assert.Contains("<script>", page.Find("h1").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("h1 script"));
    }

    [Fact]
    public async Task A_security_event_stands_above_everything()
    {
        var page = Open("1111111111111111111111111111111111111111");

        await page.WaitForAssertionAsync(() => Assert.Contains("digest mismatch", page.Find(".security-event h2").TextContent,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_commit_offers_near_ones()
    {
        var page = Open("2222222222ffffffffffffffffffffffffffffff");
        await page.WaitForAssertionAsync(() => Assert.Contains("Commit not found", page.Find("h1").TextContent, StringComparison.Ordinal));

        var other = Open("22222");
        await other.WaitForAssertionAsync(() => Assert.EndsWith(Links.Commit("shop/billing", Good), Navigation.Uri,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_about_the_commit_repaints_the_page_without_a_reload()
    {
        var feed = Service<LiveFeed>();
        await feed.StartAsync(Ct);
        await Eventually.IsTrueAsync(() => Task.FromResult(feed.IsConnected), TimeSpan.FromSeconds(20), "the feed listens");
        var page = Open(Good);
        await page.WaitForAssertionAsync(() => page.Find("[data-testid=stage-production]"));

        await using (
            var change = Db.CreateCommand("UPDATE stages.promotion SET phase = 'Deploying', blockers = '[]' WHERE phase = 'Waiting'"))
            await change.ExecuteNonQueryAsync(Ct);
        await Service<Journal>().AppendAsync(
            new ClusterChanged("production", "deploying"), Actor.System("test"), new JournalSubject { Commit = CommitSha.Parse(Good) }, Ct);

        await page.WaitForAssertionAsync(
            () => Assert.Equal("deploying", page.Find("[data-testid=stage-production]").GetAttribute("data-state")),
            TimeSpan.FromSeconds(20));
        await feed.StopAsync(Ct);
    }

    [Fact]
    public async Task Why_a_build_is_pending_appears_though_the_journal_says_nothing_of_it()
    {
        await ExecuteAsync(
            "UPDATE build.build SET state = 'Running', started_at = NULL, finished_at = NULL, next_wake = now() WHERE number = 3");
        await ExecuteAsync("UPDATE build.module_build SET state = 'Queued' WHERE run_id LIKE 'run-3-%'");
        var page = Open(Broken);
        await page.WaitForAssertionAsync(() => Assert.Contains("waits for its first task", page.Find("[data-testid=next]").TextContent,
            StringComparison.Ordinal));

        await ExecuteAsync("""
            INSERT INTO scheduler.request (cluster, id, kind, state, created_at) VALUES ('infra-qa', 'build.shop.billing.api', 'RunOnce',
              'Active', now());
            INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures)
            VALUES ('infra-qa', 'run-3-2', 'build.shop.billing.api', 'Deploying', '{}', now(), 0, 0);
            INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb,
              disk_mb,
                                        created_at, why_pending, subject)
            VALUES ('run-3-2.1.1', 'infra-qa', 'build.shop.billing.api', 'run-3-2', 1, 1, 'Pending', '{}', '{}', 4, 64, 64, now(),
              'needs 4 cpus', '{}');
            """);

        await page.WaitForAssertionAsync(
            () => Assert.Contains("Module api is not placed yet: needs 4 cpus", page.Find("[data-testid=next]").TextContent,
            StringComparison.Ordinal),
            TimeSpan.FromSeconds(20));
    }

    private IRenderedComponent<CommitPage> Open(string sha) =>
        OpenAt<CommitPage>(Links.Commit("shop/billing", sha), p => p.Add(c => c.Owner, "shop").Add(c => c.Name, "billing").Add(c => c.Sha,
            sha));
}
