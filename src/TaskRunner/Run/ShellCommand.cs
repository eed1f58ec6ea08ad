namespace Pipeline.TaskRunner.Run;

/// <summary>A command of a definition with the arguments of one run, for <c>/bin/sh</c>.</summary>
internal static class ShellCommand
{
    /// <summary>The shell gets the arguments as they are: what a word means is never decided by quoting. They follow the command, unless
    /// it says itself where they go: <c>$@</c>, <c>$*</c>, <c>$1</c> and the like.</summary>
    public static string[] Of(string command, IReadOnlyList<string> arguments) =>
        arguments.Count == 0 ? ["/bin/sh", "-c", command]
        : ["/bin/sh", "-c", NamesArguments(command) ? command : command + " \"$@\"", "sh", .. arguments];

    /// <summary>Whether a positional parameter is expanded somewhere: not within single quotes, not behind a backslash (POSIX shell,
    /// 2.2 and 2.5).</summary>
    public static bool NamesArguments(string command)
    {
        var (single, twofold) = (false, false);
        for (var i = 0; i < command.Length; i++)
        {
            switch (command[i])
            {
                case '\\' when !single:
                    i++;
                    break;
                case '\'' when !twofold:
                    single = !single;
                    break;
                case '"' when !single:
                    twofold = !twofold;
                    break;
                case '$' when !single && IsPositional(command.AsSpan(i + 1)):
                    return true;
            }
        }

        return false;
    }

    // $# counts them: whoever asks uses them, with shift or in a loop.
    private static bool IsPositional(ReadOnlySpan<char> name) =>
        name is ['{', .. var inner] ? IsPositional(inner) : name is ['@' or '*' or '#' or (>= '1' and <= '9'), ..];
}
