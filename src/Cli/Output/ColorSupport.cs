namespace Pipeline.Cli.Output;

/// <summary>Whether a stream gets colour: flag, then NO_COLOR, FORCE_COLOR, CLICOLOR, TERM, then whether it is a terminal.</summary>
internal static class ColorSupport
{
    public static bool IsEnabled(bool noColorFlag, Func<string, string?> variable, bool isTerminal)
    {
        if (noColorFlag || variable("NO_COLOR") is { Length: > 0 })
            return false;
        if (IsForced(variable("FORCE_COLOR")) || IsForced(variable("CLICOLOR_FORCE")))
            return true;
        return variable("CLICOLOR") != "0" && variable("TERM") != "dumb" && isTerminal;
    }

    private static bool IsForced(string? value) => value is { Length: > 0 } and not "0";
}
