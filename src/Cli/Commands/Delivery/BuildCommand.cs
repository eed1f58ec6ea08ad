using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline build …</c></summary>
internal static class BuildCommand
{
    private static readonly Argument<string> Build = new("BUILD")
    {
        Description = "The build's number in the repository, owner/name#number, or its id.",
    };

    private static readonly Option<string?> ListBranch = new("--branch") { Description = "List only builds of this branch." };
    private static readonly Option<string?> Branch = new("--branch") { Description = "Build the head of this branch." };
    private static readonly Option<string?> Commit = new("--commit") { Description = "Build this commit; all 40 hex digits." };
    private static readonly Option<string?> Message = new("--message", "-m") { Description = "Reason; shown with the build." };
    private static readonly Option<bool?> Follow = FollowOption.Create();

    public static Command Create(CommandFactory factory) => new("build", "Manage builds.")
    {
        factory.List(
            "List builds, newest first.",
            async (session, parsed, ct) => QueryString.Append(
                $"api/v1/repositories/{await session.Names.RepositoryIdAsync(ct)}/builds",
                QueryString.Of(("branch", parsed.GetValue(ListBranch)))),
            [
                new("build", "number"), new("state", "state"), new("commit", "sha"), new("branch", "branch"),
                new("created", "createdAt"), new("reason", "reason"),
            ],
            ListBranch),
        factory.Show("show", "Show a build with its modules and steps.", Build, PathAsync),
        factory.Verb("start", "Build a commit, or the head of a branch.", StartAsync, Branch, Commit),
        factory.Verb("cancel", "Cancel a running build.", CancelAsync, Build, Message),
        factory.Verb("retry", "Build the same commit again.", RetryAsync, Build),
        WatchCommand.Verb(factory, "build", Build, (session, build, ct) => session.Names.BuildIdAsync(build, ct)),
        factory.Verb(
            "log", "Print the logs of a build's steps.",
            async (session, parsed, ct) => await BuildLog.RunAsync(
                session, await session.Names.BuildIdAsync(parsed.GetValue(Build)!, ct), parsed.Given(Follow), ct),
            Build, Follow),
    };

    private static async Task<string> PathAsync(Session session, string build, CancellationToken ct) =>
        $"api/v1/builds/{await session.Names.BuildIdAsync(build, ct)}";

    private static async Task<int> StartAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var started = await session.Api.PostAsync(
            $"api/v1/repositories/{await session.Names.RepositoryIdAsync(ct)}/builds",
            new { sha = parsed.GetValue(Commit), branch = parsed.GetValue(Branch) }, ct);
        session.Out.Object(started);
        session.Out.Note($"Watch it: pipeline watch {started.Text("id")}");
        return ExitCodes.Success;
    }

    private static async Task<int> CancelAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var build = parsed.GetValue(Build)!;
        await session.Api.PostAsync(await PathAsync(session, build, ct) + "/cancel", new { message = parsed.GetValue(Message) }, ct);
        session.Out.Note($"Build {build} is cancelled.");
        return ExitCodes.Success;
    }

    private static async Task<int> RetryAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        session.Out.Object(await session.Api.PostAsync(await PathAsync(session, parsed.GetValue(Build)!, ct) + "/retry", null, ct));
        return ExitCodes.Success;
    }
}
