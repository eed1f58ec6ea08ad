namespace Pipeline.Cli;

/// <summary>Whether a stream gets colour: flag, then NO_COLOR, FORCE_COLOR, CLICOLOR, TERM, then whether it is a terminal.</summary>
internal static class Colour
{
    public static bool For(bool noColorFlag, Func<string, string?> env, bool isTerminal)
    {
        if (noColorFlag || env("NO_COLOR") is { Length: > 0 })
            return false;
        if (env("FORCE_COLOR") is { Length: > 0 and var force } forced && forced != "0" && force > 0)
            return true;
        if (env("CLICOLOR_FORCE") is { Length: > 0 } clicolor && clicolor != "0")
            return true;
        return env("CLICOLOR") != "0" && env("TERM") != "dumb" && isTerminal;
    }
}
