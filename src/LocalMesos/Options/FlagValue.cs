using System.Globalization;

namespace Pipeline.LocalMesos.Options;

/// <summary>Values of flags, in the notation of Mesos.</summary>
internal static class FlagValue
{
    /// <summary>A timer cannot run longer than 49 days.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

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
    public static bool Switch(string name, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException($"--{name}: '{value}' is neither true nor false."),
    };

    /// <exception cref="FormatException">Names the flag and what is expected.</exception>
    public static double Fraction(string name, string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var fraction) && fraction is >= 0 and < 1
            ? fraction
            : throw new FormatException($"--{name}: '{value}' is not a fraction from 0 to 1, such as 0.01.");

    /// <exception cref="FormatException">Names the flag and what is expected.</exception>
    public static TimeSpan Duration(string name, string value)
    {
        foreach (var (unit, span) in Units)
        {
            if (value.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(value[..^unit.Length], CultureInfo.InvariantCulture, out var number)
                && number > 0 && number <= Longest / span)
                return span * number;
        }

        throw new FormatException($"--{name}: '{value}' is not a duration such as 500ms, 15secs, 2mins (at most 960hrs).");
    }
}
