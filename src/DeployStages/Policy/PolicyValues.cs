using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>Reads the values of the policy. A wrong one becomes a problem, and the default stands in for it.</summary>
internal static partial class PolicyValues
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>A whole number from a range; null for anything else.</summary>
    public static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null;

    /// <summary>A word that names a value of an enumeration, in any case.</summary>
    public static T OneOf<T>(YamlScalar? text, string key, T otherwise, DefinitionProblems problems) where T : struct, Enum
    {
        if (text is null)
            return otherwise;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text.Text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        problems.Add(
            text, $"'{text.Text}' is not a value of '{key}'.",
            $"the values are {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
        return otherwise;
    }

    /// <summary>A time longer than zero.</summary>
    public static TimeSpan Positive(YamlScalar? text, string key, TimeSpan otherwise, DefinitionProblems problems)
    {
        var time = Duration(text, key, otherwise, problems);
        if (text is not null && time == TimeSpan.Zero && DurationPattern().IsMatch(text.Text))
            problems.Add(text, $"'{key}' must be longer than 0.", $"write {key}: 10m");
        return time;
    }

    /// <summary>A whole number and a unit, at most 30 days.</summary>
    public static TimeSpan Duration(YamlScalar? text, string key, TimeSpan otherwise, DefinitionProblems problems)
    {
        if (text is null)
            return otherwise;
        var match = DurationPattern().Match(text.Text);
        if (!match.Success)
        {
            problems.Add(text, $"'{text.Text}' is not a time for '{key}'.", "write a number and a unit: 500ms, 30s, 10m, 72h, 7d");
            return otherwise;
        }

        var time = TimeOf(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value);
        if (time > Longest)
            problems.Add(text, $"'{key}' may be 30 days at most.", null);
        return time;
    }

    private static TimeSpan TimeOf(double number, string unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(number),
        "s" => TimeSpan.FromSeconds(number),
        "m" => TimeSpan.FromMinutes(number),
        "h" => TimeSpan.FromHours(number),
        _ => TimeSpan.FromDays(number),
    };

    [GeneratedRegex(@"\A([0-9]{1,7})(ms|s|m|h|d)\z")]
    private static partial Regex DurationPattern();
}
