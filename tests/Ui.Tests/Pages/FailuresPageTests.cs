using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pipeline.Kernel;
using Pipeline.Ui.Components.Failures;
using Pipeline.Ui.Pages.Failures;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>What failed unexpectedly stands on the page of failures and on the page of its object, with its tries and a retry.</summary>
public sealed class FailuresPageTests : AllPages
{
    private const string Repository = "01900000-0000-7000-8000-000000000001";

    /// <summary>Kind of object, its id in the seed, the page on which it has to stand, and how it is worded.</summary>
    public static TheoryData<string, string, string, string> Objects => new()
    {
        { "delivery", $"'{Rejected}'", "delivery", $"delivery {Rejected} of shop/billing" },
        { "commit", $"'{Good}'", "commit", "commit 2222222 of shop/billing" },
        { "status", "'01900000-0000-7000-8000-000000000301'", "commit", "status of commit 2222222 of shop/billing" },
        { "build", "(SELECT id::text FROM build.build WHERE number = 3)", "build", "build #3 of shop/billing" },
        { "run", "'run-3-2'", "build", "build #3 of shop/billing" },
        { "release", "(SELECT digest FROM artifact.release WHERE number = 2)", "release", "release sha256:" },
        { "promotion", $"'{Waiting}'", "promotion", $"promotion {Waiting}" },
        { "deploy", "'infra-qa/deploy-1'", "commit", "deploy infra-qa/deploy-1 of commit 2222222 of shop/billing" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task A_failure_stands_on_its_objects_page_and_the_list_leads_there(string kind, string id, string page, string worded)
    {
        await FailAsync(kind, id, 3, "'2026-11-29 12:00:00Z'");

        var own = await ReadyAsync(await OpenPageAsync(page));
        await own.WaitForAssertionAsync(() => own.Find("section[data-testid=failure]"));
        AssertSays(own.Find("section[data-testid=failure]"));
        var list = await ReadyAsync(await OpenPageAsync("failures"));
        var row = list.Find("tr[data-testid=failure]");
        AssertSays(row);
        Assert.StartsWith(worded, row.QuerySelector("th")!.TextContent.Trim(), StringComparison.Ordinal);
        Assert.StartsWith("/", row.QuerySelector("th a")!.GetAttribute("href"), StringComparison.Ordinal);

        static void AssertSays(IElement element)
        {
            Assert.Contains("SomeJob", element.TextContent, StringComparison.Ordinal);
            Assert.Contains("the remote is away", element.TextContent, StringComparison.Ordinal);
            Assert.Contains("Tried 3 times, next at 2026-11-29 12:00:00 UTC.", element.TextContent, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("delivery")]
    [InlineData("commit")]
    [InlineData("build")]
    [InlineData("release")]
    [InlineData("promotion")]
    public async Task A_failure_of_something_else_stands_on_no_page_but_the_list(string page)
    {
        await ExecuteAsync(Insert("delivery", "'01900000-0000-7000-8000-000000000101'", 1, "now()", "NULL", "NULL"));

        var shown = await ReadyAsync(await OpenPageAsync(page));

        Assert.Empty(shown.FindAll("[data-testid=failure]"));
    }

    [Fact]
    public async Task What_is_given_up_says_so_and_is_counted_in_the_navigation()
    {
        var none = Open<FailureCount>();
        await none.WaitForAssertionAsync(() => Assert.Equal("", none.Find("[data-testid=failure-count]").TextContent.Trim()));
        await FailAsync("commit", $"'{Good}'", 44, "NULL");

        var page = await ReadyAsync(await OpenPageAsync("failures"));
        var count = Open<FailureCount>();

        Assert.Contains("Given up after 44 tries.", page.Find("tr[data-testid=failure]").TextContent, StringComparison.Ordinal);
        Assert.Contains("1 job is given up", page.Find(".sentence").TextContent, StringComparison.Ordinal);
        await count.WaitForAssertionAsync(
            () => Assert.StartsWith("1", count.Find("[data-testid=failure-count]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_build_retries_a_job_from_the_list()
    {
        await FailAsync("commit", $"'{Good}'", 44, "NULL");
        await SignInAsync("maria", [Permission.View, Permission.Build]);

        var answer = await ClickAsync(Open<FailuresPage>(), "retry-job");

        Assert.Equal("Retry: started.", answer);
        Assert.True(await ReadAsync<bool>("SELECT next_wake <= now() FROM journal.open_job"));
        Assert.Equal("maria", await ReadAsync<string>("SELECT actor_name FROM journal.event WHERE payload->>'action' = 'job.retry'"));
    }

    [Fact]
    public async Task Who_may_build_has_a_rejected_delivery_processed_again()
    {
        await SignInAsync("maria", [Permission.View, Permission.Build]);

        var answer = await ClickAsync(await OpenPageAsync("delivery"), "retry-delivery");

        Assert.Equal("Process again: started.", answer);
        Assert.Equal([Rejected], Jobs.All.Select(j => (Guid)j.Args[0]));
        Assert.Equal("received", await ReadAsync<string>($"SELECT state FROM git.delivery WHERE id = '{Rejected}'"));
    }

    private async Task<string> ClickAsync(IRenderedComponent<IComponent> page, string action)
    {
        var dialogs = Open<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find($"[data-testid={action}]").HasAttribute("disabled")));
        var clicked = page.Find($"[data-testid={action}]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        await clicked;
        await page.WaitForAssertionAsync(() => Assert.NotEqual("", page.Find("[data-testid=answer]").TextContent));
        return page.Find("[data-testid=answer]").TextContent;
    }

    private Task FailAsync(string kind, string id, int tries, string next) => ExecuteAsync(
        kind == "delivery"
            ? Insert(kind, id, tries, next, "NULL", "NULL")
            : Insert(
                kind, id, tries, next, kind is "build" or "run" ? $"'{Broken}'" : $"'{Good}'",
                kind is "build" or "run" ? "(SELECT id FROM build.build WHERE number = 3)" : "NULL"));

    private static string Insert(string kind, string id, int tries, string next, string commit, string build) => $"""
        INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, repository_id, commit_sha, build_id, created_at,
                                      tries, first_failed_at, last_failed_at, next_wake, error_type, error)
        VALUES (gen_random_uuid(), '1', 'SomeJob', '', '{kind}', {id}, '{Repository}', {commit}, {build}, now(),
                {tries}, now(), now(), {next}, 'x', 'the remote is away')
        """;
}
