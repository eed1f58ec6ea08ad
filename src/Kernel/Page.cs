using System.Text;

namespace Pipeline.Kernel;

/// <summary>One page of a list. <see cref="Next"/> is the opaque cursor of the next page, null on the last one.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>An opaque keyset cursor over (time, id), newest first: stable while rows are inserted (base64url of <c>ticks|id</c>).</summary>
public sealed record Cursor(DateTimeOffset At, Guid Id)
{
    public override string ToString() =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{At.UtcTicks}|{Id:N}")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <returns>Null when the text is not a cursor that we made.</returns>
    public static Cursor? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
        Span<byte> bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
            return null;
        var parts = Encoding.ASCII.GetString(bytes[..length]).Split('|');
        return parts.Length == 2 && long.TryParse(parts[0], out var ticks) && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            && Guid.TryParseExact(parts[1], "N", out var id)
            ? new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : null;
    }
}
