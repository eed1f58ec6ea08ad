namespace Pipeline.Kernel.Paging;

/// <summary>One page of a list. <see cref="Next"/> is the opaque cursor of the next page, null on the last one.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>An opaque keyset cursor over (time, id), newest first: stable while rows are inserted.</summary>
public sealed record Cursor(DateTimeOffset At, Guid Id)
{
    /// <inheritdoc/>
    public override string ToString() => CursorText.Write(At, Id.ToString("N"));

    /// <returns>Null when the text is not a cursor that we made.</returns>
    public static Cursor? TryParse(string? text) =>
        CursorText.TryRead(text) is var (at, id) && Guid.TryParseExact(id, "N", out var guid) ? new Cursor(at, guid) : null;
}
