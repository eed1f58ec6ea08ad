using System.Globalization;
using System.Text;
using Pipeline.Kernel;

namespace Pipeline.Scheduler.Data;

/// <summary>An opaque keyset cursor over (time, text id), newest first.</summary>
internal sealed record TextCursor(DateTimeOffset At, string Id)
{
    public override string ToString() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}|{Id}")))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <returns>Null when the text is not a cursor that we made.</returns>
    public static TextCursor? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
        Span<byte> bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
            return null;
        var decoded = Encoding.UTF8.GetString(bytes[..length]);
        var bar = decoded.IndexOf('|', StringComparison.Ordinal);
        return bar > 0 && long.TryParse(decoded[..bar], CultureInfo.InvariantCulture, out var ticks) && ticks >= 0
            && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new TextCursor(new DateTimeOffset(ticks, TimeSpan.Zero), decoded[(bar + 1)..])
            : null;
    }

    /// <summary>A page out of rows that were asked for with one row too many.</summary>
    public static Page<T> PageOf<T>(IReadOnlyList<T> rows, int limit, Func<T, TextCursor> cursor) =>
        rows.Count <= limit ? new Page<T>(rows, null) : new Page<T>([.. rows.Take(limit)], cursor(rows[limit - 1]).ToString());
}
