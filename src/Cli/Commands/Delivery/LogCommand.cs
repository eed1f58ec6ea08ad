using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline log</c></summary>
internal static class LogCommand
{
    public static Command Create(CommandFactory factory)
    {
        var commit = CommitArgument.Create();
        var follow = FollowOption.Create();
        return factory.Verb("log", "Print the logs of a commit's build.", async (session, parsed, ct) =>
        {
            var name = await NameResolver.CommitAsync(parsed.GetValue(commit), ct);
            var view = await session.Api.GetAsync(CommitStatus.PathOf(name), ct);
            return view.Text("build.id") is { Length: > 0 } build
                ? await BuildLog.RunAsync(session, build, parsed.Given(follow), ct)
                : throw new CommandException(
                    ExitCodes.NotFound, $"Commit {ForPeople.Short(name)} has no build.",
                    $"Start one: pipeline build start --commit {view.Text("sha")}");
        }, commit, follow);
    }
}
