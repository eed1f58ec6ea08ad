using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Routes;

/// <summary><c>pipeline route …</c></summary>
internal static class RouteCommand
{
    private static readonly Argument<string> Stage = new("STAGE") { Description = "The stage's name." };

    private static readonly Argument<string> Route = new("ROUTE") { Description = "The route, such as /shop." };

    private static readonly Argument<string> Owner = new("DEPLOYABLE")
    {
        Description = "The new owner: a deployable of the repository that -R names.",
    };

    private static readonly Option<string> Reason = new("--reason", "-m")
    {
        Description = "Reason; recorded with the change.",
        Required = true,
    };

    public static Command Create(CommandFactory factory) => new("route", "Show and change which deployable has which route.")
    {
        factory.Verb("list", "List routes with their owners and what answers there.", ListAsync),
        factory.Verb(
            "transfer", "Give a route to another deployable; its traffic goes there at once.", TransferAsync, Stage, Route, Owner, Reason),
        factory.Verb("release", "Take a route from an owner that no longer uses it.", ReleaseAsync, Stage, Route, Reason),
    };

    private static async Task<int> ListAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        session.Out.Table(
            await session.Api.GetAsync("api/v1/routes", ct),
            [
                new("stage", "stage"), new("route", "route"), new("owner", "deployable"), new("since", "since"), new("url", "url"),
                new("instances", "instances"), new("problem", "problem"),
            ]);
        return ExitCodes.Success;
    }

    private static async Task<int> TransferAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var repository = await session.Names.RepositoryIdAsync(ct);
        await OperatorChange.PostAsync(
            session, "api/v1/routes/transfer",
            new
            {
                stage = parsed.GetValue(Stage), route = parsed.GetValue(Route), repository, deployable = parsed.GetValue(Owner),
                reason = parsed.GetValue(Reason),
            },
            ct);
        return ExitCodes.Success;
    }

    private static async Task<int> ReleaseAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        await OperatorChange.PostAsync(
            session, "api/v1/routes/release",
            new { stage = parsed.GetValue(Stage), route = parsed.GetValue(Route), reason = parsed.GetValue(Reason) }, ct);
        return ExitCodes.Success;
    }
}
