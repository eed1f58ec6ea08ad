using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline status</c></summary>
internal static class StatusCommand
{
    public static Command Create(CommandFactory factory)
    {
        var commit = CommitArgument.Create();
        return factory.Verb("status", "Show where a commit is, from push to production.", async (session, parsed, ct) =>
        {
            var name = await NameResolver.CommitAsync(parsed.GetValue(commit), ct);
            CommitStatus.Print(session, await session.Api.GetAsync(CommitStatus.PathOf(name), ct));
            return ExitCodes.Success;
        }, commit);
    }
}
