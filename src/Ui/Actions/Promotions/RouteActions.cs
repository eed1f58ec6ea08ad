using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Actions.Promotions;

/// <summary>What operators do about who has a route.</summary>
internal sealed class RouteActions(RouteCommands commands)
{
    private static readonly ActionQuestions Why = new() { RequiresNote = true };

    /// <param name="claims">What waits for a promotion with this route, or one above or below it.</param>
    public IReadOnlyList<PageAction> Of(TrafficRoute route, IReadOnlyList<RouteClaim> claims) =>
        [.. claims.Select(claim => Transfer(route, claim)), Release(route)];

    private PageAction Transfer(TrafficRoute route, RouteClaim claim) => new(
        $"Transfer to {claim.Deployable}",
        $"{claim.Deployable} of {claim.Repository} gets {claim.Route} in {claim.Stage}, and its promotion goes on. "
            + $"What runs of {route.Deployable} with this route gets no traffic from now on.",
        async (caller, input, ct) => Result(await commands.TransferAsync(
            caller, claim.Stage, claim.Route, new RepositoryId(claim.RepositoryId), claim.Deployable, input.Note ?? "", ct)))
    {
        Severity = ActionSeverity.Capacity, Questions = Why, TestId = $"transfer-{claim.Deployable}",
    };

    private PageAction Release(TrafficRoute route) => new(
        "Release",
        $"Nobody has {route.Route} in {route.Stage} any more. The next release that names it gets it.",
        async (caller, input, ct) => Result(await commands.ReleaseAsync(caller, route.Stage, route.Route, input.Note ?? "", ct)))
    {
        Questions = Why, TestId = "release-route",
    };

    private static ActionResult Result(RouteOutcome outcome) => outcome switch
    {
        RouteOutcome.Done done => new ActionResult(true, done.Sentence),
        RouteOutcome.Invalid no => new ActionResult(false, $"Not recorded. {no.Sentence}"),
        RouteOutcome.Unknown no => new ActionResult(false, $"Not recorded. {no.Sentence}"),
        RouteOutcome.Conflict no => new ActionResult(false, $"Not recorded. {no.Sentence} {no.Hint}"),
        _ => new ActionResult(false, "Not recorded."),
    };
}
