using System.CommandLine;

namespace Pipeline.Cli.Commands.Common;

/// <summary>Options that may be written without a value.</summary>
internal static class FollowOption
{
    public static Option<bool?> Create() => new("--follow", "-f")
    {
        Description = "Follow the log to its end; the exit code is that of watch. "
            + "Default on a terminal while it runs; --follow=false only prints.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <returns>Null when the option was not written; true when it was written without a value.</returns>
    public static bool? Given(this ParseResult parsed, Option<bool?> option) =>
        parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) ?? true : null;
}
