using Bunit;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Ui.Components.Tasks;
using Pipeline.Ui.Pages.Clusters;

namespace Pipeline.Ui.Tests.Components;

/// <summary>What a task wrote is shown to who is signed in only, also where anyone at this machine may read the rest.</summary>
public sealed class TaskFilesTests : UiTest
{
    private const string Known = "billing-api.infra-qa.1.1";

    [Fact]
    public async Task Nobody_reads_the_output_or_the_files_and_the_page_says_how_to()
    {
        var panel = Open<TaskFilesPanel>(p => p.Add(t => t.Task, Known));

        Assert.Contains("signed in", panel.Find("[data-testid=files-closed]").TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("[data-testid=files], [data-tail]"));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => Service<TaskFiles>().ListAsync(Caller.Anonymous, Known, "", Ct));
    }

    [Fact]
    public async Task Who_may_view_sees_them()
    {
        await SignInAsync("vera", [Permission.View]);

        var panel = Open<TaskFilesPanel>(p => p.Add(t => t.Task, Known));

        await panel.WaitForAssertionAsync(() => Assert.DoesNotContain("Asking", panel.Markup, StringComparison.Ordinal));
        Assert.NotEmpty(panel.FindAll("[data-testid=files]"));
        Assert.Empty(panel.FindAll("[data-testid=files-closed]"));
    }

    [Fact]
    public async Task A_session_that_ended_reads_nothing_more()
    {
        var token = await SignInAsync("vera", [Permission.View]);
        await RevokeAsync(token);

        var panel = Open<TaskFilesPanel>(p => p.Add(t => t.Task, Known));

        await panel.WaitForAssertionAsync(() => Assert.DoesNotContain("Asking", panel.Markup, StringComparison.Ordinal));
        Assert.Contains("session has ended", panel.Find("[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_link_to_the_log_is_there_for_who_can_follow_it(bool signedIn)
    {
        if (signedIn)
            await SignInAsync("vera", [Permission.View]);

        var page = OpenAt<TaskPage>("/a", p => p.Add(t => t.Cluster, "infra-qa").Add(t => t.Task, Known));

        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("[data-testid=files-closed], [data-testid=files]")));
        Assert.Equal(signedIn ? 1 : 0, page.FindAll($"a[href='/api/v1/tasks/{Known}/log']").Count);
    }
}
