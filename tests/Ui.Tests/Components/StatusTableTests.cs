using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Ui.Components.Commits;
using Pipeline.Ui.Queries.Commits;

namespace Pipeline.Ui.Tests.Components;

public sealed class StatusTableTests
{
    private const string Reason = "GitHub answered <403>: the token “ci” lacks repo:status & more, which a person must grant";
    private static readonly DateTimeOffset Now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_reason_of_a_status_has_the_whole_width_below_its_row()
    {
        await using var page = new BunitContext();
        page.Services.AddSingleton(TimeProvider.System);

        var table = page.Render<StatusTable>(p => p.Add(t => t.Rows, [Row("build", null), Row("production", Reason), Row("docs", null)]));

        var columns = table.FindAll("thead th").Count;
        Assert.Equal(4, columns);
        var reason = table.Find("[data-testid=reason-production]");
        Assert.Equal($"{columns}", reason.GetAttribute("colspan"));
        Assert.Equal(Reason, reason.TextContent);
        var rows = table.FindAll("tbody tr");
        Assert.Equal(4, rows.Count);
        Assert.Contains("note", rows[2].ClassList);
        Assert.Equal("production", rows[1].QuerySelector("th")?.TextContent);
        Assert.DoesNotContain(Reason, rows[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_without_statuses_says_so_without_a_table()
    {
        await using var page = new BunitContext();

        var table = page.Render<StatusTable>(p => p.Add(t => t.Rows, []));

        Assert.Empty(table.FindAll("table"));
        Assert.Equal("No status has been reported for this commit.", table.Find(".empty").TextContent);
    }

    private static StatusRow Row(string context, string? reason) =>
        new(context, "success", "build #2 succeeded", "http://localhost/b", reason is null ? "sent" : "skipped", reason, 1, Now);
}
