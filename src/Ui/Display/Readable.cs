using System.Globalization;

namespace Pipeline.Ui.Display;

/// <summary>
/// Times and sizes as people read them. The browser repeats the first form in <c>app.js</c> as time goes on: keep both alike.
/// </summary>
internal static class Readable
{
    /// <summary><c>just now</c>, <c>14 min ago</c>, <c>in 20 s</c>.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = now - at;
        if (distance.Duration() < TimeSpan.FromSeconds(2))
            return "just now";
        var text = Coarse(distance.Duration());
        return distance < TimeSpan.Zero ? $"in {text}" : $"{text} ago";
    }

    /// <summary>How long something took: <c>0.4 s</c>, <c>12 s</c>, <c>1:12</c>, <c>3 h 04</c>, <c>2 d 5 h</c>.</summary>
    public static string Duration(TimeSpan length) => length switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, length.TotalSeconds):0.0} s"),
        { TotalMinutes: < 1 } => $"{(int)length.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(int)length.TotalMinutes}:{length.Seconds:00}",
        { TotalDays: < 1 } => $"{(int)length.TotalHours} h {length.Minutes:00}",
        _ => $"{(int)length.TotalDays} d {length.Hours} h",
    };

    public static string? Duration(DateTimeOffset? from, DateTimeOffset? to) => from is { } a && to is { } b ? Duration(b - a) : null;

    /// <summary>With its zone, as it must stand behind every relative time.</summary>
    public static string Absolute(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.00} GB"),
    };

    private static string Coarse(TimeSpan length) => length switch
    {
        { TotalSeconds: < 60 } => $"{(int)length.TotalSeconds} s",
        { TotalMinutes: < 60 } => $"{(int)length.TotalMinutes} min",
        { TotalHours: < 24 } => $"{(int)length.TotalHours} h",
        _ => $"{(int)length.TotalDays} d",
    };
}
