using Bunit;
using Pipeline.Ui.Pages.Clusters;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>Clusters, agents, requests and tasks in the states that operators meet.</summary>
public sealed class ClusterStateTests : UiTest
{
    [Theory]
    [InlineData("Subscribed", "subscribed", null)]
    [InlineData("Connecting", "connecting", null)]
    [InlineData("Disconnected", "disconnected", "The connection is retried automatically.")]
    [InlineData("FailedOver", "failed over", "The connection is retried automatically.")]
    [InlineData("Removed", "framework removed", "Launches are stopped until an operator decides.")]
    [InlineData("Unauthorized", "not authorized", "Check the principal, secret and role")]
    [InlineData("Refused", "refused", "Check the principal, secret and role")]
    public async Task A_cluster_that_is_not_connected_says_what_to_do(string state, string word, string? remedy)
    {
        await ExecuteAsync($"UPDATE scheduler.framework SET state = '{state}', detail = 'no route to host' WHERE cluster = 'production'");

        var page = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));

        await page.WaitForAssertionAsync(() => Assert.Contains(word, page.Find(".sentence").TextContent, StringComparison.Ordinal));
        if (remedy is null)
            Assert.Empty(page.FindAll(".cause"));
        else
        {
            Assert.Contains("no route to host", page.Find(".cause").TextContent, StringComparison.Ordinal);
            Assert.Contains(remedy, page.Find(".cause").TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_leader_nothing_is_launched_and_the_page_says_so()
    {
        await ExecuteAsync("UPDATE scheduler.leader SET holder = NULL WHERE cluster = 'production'");

        var page = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("No leader: nothing is being launched.", page.Find(".sentence").TextContent, StringComparison.Ordinal));
        Assert.Contains("the scheduler is not running", page.Find("[data-testid=loop]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pending_task_says_why_on_its_cluster_and_on_its_own_page()
    {
        var cluster = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));
        var task = Open<TaskPage>(p => p.Add(t => t.Cluster, "production").Add(t => t.Task, "billing-api.production.2.1"));

        await cluster.WaitForAssertionAsync(() => Assert.Contains("memory too small", cluster.Markup, StringComparison.Ordinal));
        await task.WaitForAssertionAsync(
            () => Assert.Contains("memory too small", task.Find("[data-testid=why]").TextContent, StringComparison.Ordinal));
        foreach (var part in new[] { "Not placed yet.", "No log, because the task never started." })
            Assert.Contains(part, task.Markup, StringComparison.Ordinal);
        Assert.Empty(task.FindAll("[data-testid=usage]"));
    }

    [Fact]
    public async Task A_task_that_failed_says_why_and_offers_nothing_more()
    {
        await ExecuteAsync("""
            UPDATE scheduler.task SET phase = 'Failed', ended_at = now(), exit_code = 137, failure_class = 'App', outcome = 'Failed', reason = 'memory limit exceeded'
             WHERE id = 'billing-api.infra-qa.1.1'
            """);

        var page = Open<TaskPage>(p => p.Add(t => t.Cluster, "infra-qa").Add(t => t.Task, "billing-api.infra-qa.1.1"));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("with exit code 137", page.Find(".sentence").TextContent, StringComparison.Ordinal));
        Assert.Contains("memory limit exceeded", page.Find(".sentence").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".page-actions"));
    }

    [Fact]
    public async Task A_task_of_another_cluster_is_not_found_under_this_one()
    {
        var page = Open<TaskPage>(p => p.Add(t => t.Cluster, "production").Add(t => t.Task, "billing-api.infra-qa.1.1"));

        await page.WaitForAssertionAsync(() => Assert.Equal("Task not found", page.Find("h1").TextContent));
    }

    [Fact]
    public async Task Readiness_checks_are_listed_newest_first_with_their_responses()
    {
        var page = Open<TaskPage>(p => p.Add(t => t.Cluster, "infra-qa").Add(t => t.Task, "billing-api.infra-qa.1.1"));

        await page.WaitForAssertionAsync(() => Assert.Contains("Readiness checks, newest first", page.Markup, StringComparison.Ordinal));
        var rows = page.FindAll("table").Single(
            t => t.QuerySelector("caption")!.TextContent.StartsWith("Readiness", StringComparison.Ordinal))
            .QuerySelectorAll("tbody tr");
        Assert.Equal(5, rows.Length);
        Assert.Contains("passed", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("connection refused", rows[4].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_scheduler_failed_to_process_is_listed_with_its_reason()
    {
        await ExecuteAsync("""
            INSERT INTO scheduler.quarantine (cluster, kind, subject_id, at, reason) VALUES ('production', 'Agent', 'rack1-a1', now(), 'its attributes cannot be read');
            """);

        var page = Open<ClusterPage>(p => p.Add(c => c.Name, "production"));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("its attributes cannot be read", page.Find("[data-testid=quarantine]").TextContent, StringComparison.Ordinal));
        Assert.Single(page.FindAll("[data-testid=quarantine] [data-testid=release]"));
    }
}
