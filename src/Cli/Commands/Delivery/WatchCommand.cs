using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline watch</c>, and the verb <c>watch</c> of builds and promotions.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandFactory factory)
    {
        var what = new Argument<string?>("WHAT")
        {
            Description = "Commit, build as owner/name#number, or id of a build or promotion; default: HEAD of the working copy.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var until = new Option<string?>("--until")
        {
            Description = "Watch until 'build' or this stage is done; default: the last stage.",
        };
        var timeout = TimeoutOption();
        return factory.Verb(
            "watch", "Watch a commit, build or promotion to its end; the exit code tells the outcome.",
            async (session, parsed, ct) =>
            {
                var target = await WatchTarget.FindAsync(session, parsed.GetValue(what), parsed.GetValue(until), ct);
                return await Watcher.RunAsync(session, target, Timeout(parsed, timeout), ct);
            },
            what, until, timeout);
    }

    /// <param name="noun">What is watched.</param>
    /// <param name="resolve">From the argument to the id.</param>
    public static Command Verb(
        CommandFactory factory, string noun, Argument<string> argument, Func<Session, string, CancellationToken, Task<string>> resolve)
    {
        var timeout = TimeoutOption();
        return factory.Verb(
            "watch", $"Watch a {noun} to its end; the exit code tells the outcome.",
            async (session, parsed, ct) =>
            {
                var id = await resolve(session, parsed.GetValue(argument)!, ct);
                var target = await WatchTarget.FindAsync(session, id, null, ct);
                return await Watcher.RunAsync(session, target, Timeout(parsed, timeout), ct);
            },
            argument, timeout);
    }

    private static Option<string> TimeoutOption() => new("--timeout")
    {
        Description = "Stop watching after this long (exit 8): 90s, 30m, 2h.",
        DefaultValueFactory = _ => "30m",
    };

    private static TimeSpan Timeout(ParseResult parsed, Option<string> option) => Duration.Parse(parsed.GetValue(option)!, "--timeout");
}
