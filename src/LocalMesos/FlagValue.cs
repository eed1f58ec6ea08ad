using System.Globalization;

namespace Pipeline.LocalMesos;

/// <summary>Values of flags, in Mesos' own notation.</summary>
internal static class FlagValue
{
    private static readonly (string Unit, TimeSpan Span)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("secs", TimeSpan.FromSeconds(1)), ("mins", TimeSpan.FromMinutes(1)),
        ("hrs", TimeSpan.FromHours(1)),
    ];

    /// <exception cref="FormatException">Names the flag and what is expected.</exception>
    public static int Number(string name, string value, int min, int max) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new FormatException($"--{name}: '{value}' is not a whole number from {min} to {max}.");

    /// <exception cref="FormatException">Names the flag and what is expected.</exception>
    public static TimeSpan Duration(string name, string value)
    {
        foreach (var (unit, span) in Units)
        {
            if (value.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(value[..^unit.Length], CultureInfo.InvariantCulture, out var number) && number > 0)
                return span * number;
        }

        throw new FormatException($"--{name}: '{value}' is not a duration such as 500ms, 15secs, 2mins.");
    }
}
