using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>The scalar rules of a definition: YAML 1.2 booleans only, durations, sizes.</summary>
internal static partial class Values
{
    /// <summary>What to write where <see cref="IsName"/> fails.</summary>
    public const string NameHint = "Use up to 63 letters, digits, '.', '_' or '-'; begin with a letter or digit.";

    private const int SecondsPerDay = 86_400;
    private const double Shortest = 0.001;

    /// <summary><c>500ms 90s 15m 2h 1d</c>, and sums such as <c>1h30m</c>. Less than 1 ms and more than 7 days are refused.</summary>
    public static double? Duration(string text)
    {
        if (text.Length > 30 || !DurationPattern().IsMatch(text))
            return null;
        var seconds = 0.0;
        foreach (Match part in DurationPart().Matches(text))
        {
            seconds += double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => SecondsPerDay,
            };
        }

        return seconds is >= Shortest and <= 7 * SecondsPerDay ? seconds : null;
    }

    /// <summary>MiB of <c>256MB 1GiB 1.5GB</c>. As in Mesos, M and Mi are both 2^20.</summary>
    public static decimal? SizeMb(string text)
    {
        if (text.Length > 20 || SizePattern().Match(text) is not { Success: true } match)
            return null;
        if (!decimal.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        var mb = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "K" => number / 1024,
            "M" => number,
            "G" => number * 1024,
            _ => number * 1024 * 1024,
        };
        return mb <= 16 * 1024 * 1024 && Math.Round(mb, 3) is > 0 and var rounded ? rounded : null;
    }

    public static decimal? Number(YamlScalar scalar) =>
        scalar.IsPlain && scalar.Text.Length <= 15 && NumberPattern().IsMatch(scalar.Text)
            ? decimal.Parse(scalar.Text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : null;

    public static bool IsName(string text) => NamePattern().IsMatch(text);

    public static bool IsVariable(string text) => VariablePattern().IsMatch(text);

    /// <summary>Relative, without <c>..</c>, without anything that another system reads in another way.</summary>
    public static bool IsInside(string path) =>
        path.Length is > 0 and <= 500 && path[0] != '/' && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
        && !path.Split('/').Contains("..");

    /// <summary><c>./a//b/</c> and <c>a/b</c> are the same folder; the empty text is the whole repository.</summary>
    public static string CleanPath(string path) => string.Join('/', path.Split('/').Where(p => p.Length > 0 && p != "."));

    [GeneratedRegex(@"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+\z")]
    private static partial Regex DurationPattern();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")]
    private static partial Regex DurationPart();

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?) ?([kKMGT])i?B?\z")]
    private static partial Regex SizePattern();

    [GeneratedRegex(@"^-?[0-9]+(\.[0-9]+)?\z")]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,127}\z")]
    private static partial Regex VariablePattern();
}
