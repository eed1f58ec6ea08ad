using System.CommandLine;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary>The commit of the everyday commands; HEAD when it is left out.</summary>
internal static class CommitArgument
{
    public static Argument<string?> Create() => new("COMMIT")
    {
        Description = "Commit, as 4 to 40 hex digits; default: HEAD of the working copy.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
