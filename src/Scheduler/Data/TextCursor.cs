using Pipeline.Kernel.Paging;

namespace Pipeline.Scheduler.Data;

/// <summary>An opaque keyset cursor over (time, text id), newest first.</summary>
internal sealed record TextCursor(DateTimeOffset At, string Id)
{
    public override string ToString() => CursorText.Write(At, Id);

    /// <returns>Null when the text is not a cursor that we made.</returns>
    public static TextCursor? TryParse(string? text) => CursorText.TryRead(text) is var (at, id) ? new TextCursor(at, id) : null;

    /// <summary>A page out of rows that were read with one row too many.</summary>
    public static Page<T> PageOf<T>(IReadOnlyList<T> rows, int limit, Func<T, TextCursor> cursor) =>
        rows.Count <= limit ? new Page<T>(rows, null) : new Page<T>([.. rows.Take(limit)], cursor(rows[limit - 1]).ToString());
}
