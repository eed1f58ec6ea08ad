namespace Pipeline.Scheduler.Data.Commit;

/// <summary>Rows as columns, the way <c>unnest</c> takes them.</summary>
internal static class Columns
{
    public static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        return column;
    }
}
