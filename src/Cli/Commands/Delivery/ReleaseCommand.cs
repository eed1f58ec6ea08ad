using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline release …</c></summary>
internal static class ReleaseCommand
{
    private static readonly Argument<string> Release = new("RELEASE")
    {
        Description = "The release's digest (sha256:…), its number in the repository, or owner/name#number.",
    };

    private static readonly Argument<string> Stage = new("STAGE") { Description = "The stage's name." };

    private static readonly Option<string?> PlanDigest = new("--plan-digest")
    {
        Description = "Digest of the plan you read; refused if the plan changed since.",
    };

    private static readonly Option<string?> Message = new("--message", "-m") { Description = "Reason; shown with the release." };

    public static Command Create(CommandFactory factory) => new("release", "Show, promote and hold releases.")
    {
        factory.List(
            "List releases, newest first; with -R those of one repository.",
            async (session, _, ct) => QueryString.Append(
                "api/v1/releases",
                QueryString.Of(("repository", session.Names.NamesRepository ? await session.Names.RepositoryIdAsync(ct) : null))),
            [
                new("release", "number"), new("digest", "digest"), new("commit", "commitSha"), new("created", "createdAt"),
                new("held", "heldReason"),
            ]),
        factory.Show(
            "show", "Show a release and what it runs.", Release,
            async (session, release, ct) => $"api/v1/releases/{Uri.EscapeDataString(await session.Names.ReleaseDigestAsync(release, ct))}"),
        factory.Verb(
            "promote", "Promote a release into a stage; also starts a release again that was stopped there.", PromoteAsync, Release, Stage,
            PlanDigest),
        factory.Verb("hold", "Hold a release: it is promoted nowhere until the hold is lifted; requires -m.", HoldAsync, Release, Message),
        factory.Verb("unhold", "Lift the hold of a release.", UnholdAsync, Release, Message),
    };

    private static async Task<int> PromoteAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var release = await session.Names.ReleaseDigestAsync(parsed.GetValue(Release)!, ct);
        var promotion = await session.Api.PostAsync(
            "api/v1/promotions", new { release, stage = parsed.GetValue(Stage), planDigest = parsed.GetValue(PlanDigest) }, ct);
        if (session.Out.IsJson)
            session.Out.Answer(promotion);
        else
            session.Out.Line($"Promotion {promotion.Text("number")} into {promotion.Text("stage")} is {promotion.Text("phase")}");
        session.Out.Note($"Watch it: pipeline promotion watch {promotion.Text("number")}");
        return ExitCodes.Success;
    }

    private static async Task<int> HoldAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(Message) is not { } reason || string.IsNullOrWhiteSpace(reason))
            throw new CommandException(ExitCodes.Usage, "A hold needs a reason.", "Add -m \"reason\".");
        await session.Api.PostAsync(await HoldPathAsync(session, parsed, ct), new { reason }, ct);
        session.Out.Note("Held. Lift it: pipeline release unhold");
        return ExitCodes.Success;
    }

    private static async Task<int> UnholdAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        await session.Api.DeleteAsync(
            QueryString.Append(await HoldPathAsync(session, parsed, ct), QueryString.Of(("message", parsed.GetValue(Message)))), ct);
        session.Out.Note("The hold is lifted. What waited goes on; what was stopped starts again with: pipeline release promote");
        return ExitCodes.Success;
    }

    private static async Task<string> HoldPathAsync(Session session, ParseResult parsed, CancellationToken ct) =>
        $"api/v1/releases/{Uri.EscapeDataString(await session.Names.ReleaseDigestAsync(parsed.GetValue(Release)!, ct))}/hold";
}
