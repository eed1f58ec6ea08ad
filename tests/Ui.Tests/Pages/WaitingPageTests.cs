using Bunit;
using MudBlazor;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Ui.Pages.Promotions;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>Deciding, through the real commands.</summary>
public sealed class WaitingPageTests : UiTest
{
    [Fact]
    public async Task Nobody_signed_in_sees_the_buttons_and_why_they_do_nothing()
    {
        var page = Open<WaitingPage>();

        await page.WaitForAssertionAsync(() => Assert.True(page.Find("[data-testid=approve]").HasAttribute("disabled")));
        Assert.StartsWith("Sign in", page.Find("[data-testid=why-not]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_author_of_a_commit_cannot_approve_it_and_reads_why()
    {
        await SignInAsync("eleni", [Permission.View, Permission.Approve, Permission.Promote], ["release-managers"]);
        var page = Open<WaitingPage>();

        await page.WaitForAssertionAsync(
            () => Assert.Contains("eleni is the author", page.Find("[data-testid=why-not]").TextContent, StringComparison.Ordinal));
        Assert.True(page.Find("[data-testid=approve]").HasAttribute("disabled"));
        Assert.False(page.Find("[data-testid=reject]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task An_approval_binds_to_the_plan_that_was_shown_and_is_recorded_with_its_comment()
    {
        await SignInAsync("maria", [Permission.View, Permission.Approve, Permission.Promote], ["release-managers"]);
        var page = Open<WaitingPage>();
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=approve]").HasAttribute("disabled")));

        var clicked = page.Find("[data-testid=approve]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        await dialogs.Find("[data-testid=comment]").InputAsync(new() { Value = "checked with finance" });
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        await clicked;

        await page.WaitForAssertionAsync(
            () => Assert.Equal("Approval recorded.", page.Find("[data-testid=answer]").TextContent), TimeSpan.FromSeconds(20));
        var kept = await Service<PromotionQueries>()
            .FindAsync(new PromotionId(Waiting), Ct);
        var decision = Assert.Single(kept!.Decisions);
        Assert.Equal(("maria", "checked with finance"), (decision.Person, decision.Comment));
    }
}
