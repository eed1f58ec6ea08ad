using Bunit;
using Pipeline.Kernel;
using Pipeline.Ui.Pages.Promotions;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>The page of a promotion in each phase.</summary>
public sealed class PromotionStateTests : UiTest
{
    private static readonly Guid Current = Guid.Parse("01900000-0000-7000-8000-000000000621");

    [Theory]
    [InlineData("Waiting", "waiting: approval", "approve,reject")]
    [InlineData("Deploying", "deploying", "rollback")]
    [InlineData("Baking", "baking", "rollback")]
    [InlineData("Succeeded", "succeeded", "rollback")]
    [InlineData("RollingBack", "rolling back", "")]
    [InlineData("RolledBack", "rolled back", "")]
    [InlineData("Rejected", "rejected", "")]
    [InlineData("Superseded", "superseded", "")]
    public async Task A_phase_has_its_word_and_its_actions(string phase, string word, string actions)
    {
        var id = phase == "Waiting" ? Waiting : Current;
        if (phase != "Waiting")
        {
            await ExecuteAsync($"""
                UPDATE stages.promotion SET phase = '{phase}', healthy_at = started_at,
                       finished_at = {(phase is "Deploying" or "Baking" or "RollingBack" ? "NULL" : "now()")},
                       next_wake = {(phase is "Deploying" or "Baking" or "RollingBack" ? "now()" : "NULL")},
                       bake_until = CASE WHEN '{phase}' = 'Baking' THEN now() + interval '10 min' END,
                       superseded_by = CASE WHEN '{phase}' = 'Superseded' THEN release END
                 WHERE id = '{Current}'
                """);
        }

        var page = Open<PromotionPage>(p => p.Add(x => x.Id, id));

        await page.WaitForAssertionAsync(
            () => Assert.Contains(word, page.Find("[data-testid=promotion]").TextContent, StringComparison.Ordinal));
        var offered = page.FindAll(".decide [data-testid]").Select(e => e.GetAttribute("data-testid")).Intersect(
            ["approve", "reject", "rollback"]);
        Assert.Equal(actions.Length == 0 ? [] : actions.Split(','), offered);
    }

    [Fact]
    public async Task A_failure_shows_its_class_and_cause_before_any_table()
    {
        await ExecuteAsync($"""
            UPDATE stages.promotion SET phase = 'RolledBack', failure_class = 'Health', reason = 'billing-api: 1 of 2 instances failed 3 readiness checks'
             WHERE id = '{Current}'
            """);

        var page = Open<PromotionPage>(p => p.Add(x => x.Id, Current));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("rolled back (health)", page.Find(".cause").TextContent, StringComparison.Ordinal));
        Assert.Contains("failed 3 readiness checks", page.Find(".cause").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_mismatch_is_said_as_such_and_offers_no_retry()
    {
        await ExecuteAsync($"""
            UPDATE stages.promotion SET phase = 'Failed', failure_class = 'Security', reason = 'The digest does not match.' WHERE id = '{Current}'
            """);

        var page = Open<PromotionPage>(p => p.Add(x => x.Id, Current));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("is not retried", page.Find(".security-event").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-testid=rollback], [data-testid=approve]"));
    }

    [Fact]
    public async Task What_others_decided_is_listed_and_an_approval_of_an_earlier_plan_does_not_count()
    {
        await ExecuteAsync($"""
            INSERT INTO stages.decision (id, promotion_id, kind, person, groups, plan_digest, comment, at)
            VALUES (gen_random_uuid(), '{Waiting}', 'Approve', 'petra', ARRAY['release-managers'], 'sha256:' || repeat('e', 64), 'fine by me', now())
            """);

        var page = Open<PromotionPage>(p => p.Add(x => x.Id, Waiting));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("approved by petra", page.Find(".decide").TextContent, StringComparison.Ordinal));
        foreach (var part in new[] { "“fine by me”", "for an earlier plan; does not count" })
            Assert.Contains(part, page.Find(".decide").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_says_what_changes_and_where_it_would_roll_back_to()
    {
        await SignInAsync("maria", [Permission.View, Permission.Approve], ["release-managers"]);

        var page = Open<PromotionPage>(p => p.Add(x => x.Id, Waiting));

        await page.WaitForAssertionAsync(() => page.Find("#plan"));
        Assert.Contains("on failure it rolls back to release 1.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("LOG_LEVEL", page.Markup, StringComparison.Ordinal);
        Assert.Contains("warn", page.FindAll("del.was").Select(d => d.TextContent));
        Assert.Contains("info", page.FindAll("ins.now").Select(i => i.TextContent));
    }
}
