using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pipeline.Kernel.Paging;

/// <summary>The opaque text of a keyset cursor over (time, id): base64url of <c>ticks|id</c>.</summary>
public static class CursorText
{
    /// <summary>The cursor of the entry with this time and id.</summary>
    public static string Write(DateTimeOffset at, string id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks}|{id}")));

    /// <returns>Null when the text is not, to the character, a cursor that we made.</returns>
    public static (DateTimeOffset At, string Id)? TryRead(string? text)
    {
        if (string.IsNullOrEmpty(text) || !Base64Url.IsValid(text))
            return null;
        var decoded = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        var bar = decoded.IndexOf('|', StringComparison.Ordinal);
        if (bar <= 0 || !long.TryParse(decoded[..bar], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.Ticks)
            return null;
        var (at, id) = (new DateTimeOffset(ticks, TimeSpan.Zero), decoded[(bar + 1)..]);
        // An id with a NUL could not be stored, and what reads in other ways than it is written did not come from here.
        return !id.Contains('\0', StringComparison.Ordinal) && Write(at, id) == text ? (at, id) : null;
    }
}
