using System.Globalization;

namespace Pipeline.Cli.Output;

/// <summary>Values as people read them on a terminal; a pipe gets them whole.</summary>
internal static class ForPeople
{
    /// <summary>A time as its age, a commit or digest shortened, everything else as it is.</summary>
    public static string Format(string value, DateTimeOffset now) =>
        value.Length >= 20 && value[10] == 'T' ? Age(value, now) : Short(value);

    /// <summary>7 digits of a commit, 12 of a digest.</summary>
    public static string Short(string text) => text switch
    {
        { Length: 40 } when text.All(char.IsAsciiHexDigit) => text[..7],
        { Length: 71 } when text.StartsWith("sha256:", StringComparison.Ordinal) => text[..19],
        _ => text,
    };

    private static string Age(string time, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return Short(time);
        var past = now - at;
        return past switch
        {
            { TotalSeconds: < 60 } => $"{Math.Max(0, (int)past.TotalSeconds)} s ago",
            { TotalMinutes: < 60 } => $"{(int)past.TotalMinutes} min ago",
            { TotalHours: < 48 } => $"{(int)past.TotalHours} h ago",
            _ => $"{(int)past.TotalDays} d ago",
        };
    }
}
