using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Tests.Data;

public sealed class TextCursorTests
{
    [Theory]
    [InlineData("web.1.1")]
    [InlineData("")]
    [InlineData("with|bars:and spaces ✓")]
    public void A_cursor_survives_its_text(string id)
    {
        var cursor = new TextCursor(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 8, 9, TimeSpan.Zero), id);
        Assert.Equal(cursor, TextCursor.TryParse(cursor.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("guessed")]
    [InlineData("{}")]
    [InlineData("%%%")]
    public void Anything_else_is_no_cursor(string? text) => Assert.Null(TextCursor.TryParse(text));

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(2, 2, null)]
    [InlineData(3, 3, null)]
    [InlineData(4, 3, "3")]
    public void A_page_has_a_cursor_only_when_a_row_follows_it(int rows, int shown, string? last)
    {
        var page = TextCursor.PageOf(
            [.. Enumerable.Range(1, rows).Select(i => $"{i}")], 3, r => new TextCursor(DateTimeOffset.UnixEpoch, r));
        Assert.Equal((shown, last), (page.Items.Count, TextCursor.TryParse(page.Next)?.Id));
    }
}
