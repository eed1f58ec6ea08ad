using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline commit …</c></summary>
internal static class CommitCommand
{
    private static readonly Argument<string> Sha = new("COMMIT") { Description = "Commit, as 4 to 40 hex digits." };
    private static readonly Option<string?> Branch = new("--branch") { Description = "List only commits of this branch." };

    public static Command Create(CommandFactory factory) => new("commit", "Show commits.")
    {
        factory.List(
            "List commits, newest first.",
            async (session, parsed, ct) => QueryString.Append(
                $"api/v1/repositories/{await session.Names.RepositoryIdAsync(ct)}/commits",
                QueryString.Of(("branch", parsed.GetValue(Branch)))),
            [new("commit", "sha"), new("subject", "subject"), new("author", "authorName"), new("committed", "committedAt")], Branch),
        factory.Show(
            "show", "Show a commit from push to production.", Sha, (_, commit, _) => Task.FromResult(CommitStatus.PathOf(commit))),
        factory.Verb("timeline", "List everything that happened to a commit, newest first.", TimelineAsync, Sha),
    };

    private static async Task<int> TimelineAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        session.Out.Table(
            await session.Api.GetAsync(CommitStatus.PathOf(parsed.GetValue(Sha)!) + "/timeline", ct),
            new("time", "at"), new("event", "kind"), new("actor", "actor.name"), new("stage", "subject.stage"),
            new("deployable", "subject.deployable"), new("reason", "payload.reason"));
        return ExitCodes.Success;
    }
}
