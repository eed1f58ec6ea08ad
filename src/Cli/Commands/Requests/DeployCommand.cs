using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Requests;

/// <summary><c>pipeline deploy …</c>: versions of requests and their runs, as the scheduler sees them.</summary>
internal static class DeployCommand
{
    private static readonly Argument<string> Deploy = new("DEPLOY") { Description = "The id of the deploy or run." };
    private static readonly Option<string?> Cluster = ClusterOption.Create("deploy");
    private static readonly Option<string?> ListCluster = new("--cluster") { Description = "List only deploys of this cluster." };
    private static readonly Option<string?> ListRequest = new("--request") { Description = "List only deploys of this request." };

    public static Command Create(CommandFactory factory) => new("deploy", "Manage deploys: versions of requests, and runs of jobs.")
    {
        factory.List(
            "List deploys and runs, newest first.",
            (_, parsed, _) => Task.FromResult(QueryString.Append(
                "api/v1/deploys", QueryString.Of(("cluster", parsed.GetValue(ListCluster)), ("request", parsed.GetValue(ListRequest))))),
            [
                new("deploy", "id"), new("cluster", "cluster"), new("request", "requestId"), new("kind", "kind"), new("state", "state"),
                new("healthy", "healthyInstances"), new("instances", "instances"), new("group", "rollout.group"), new("failure", "failure"),
                new("created", "createdAt"),
            ],
            ListCluster, ListRequest),
        factory.Verb("show", "Show a deploy or run.", async (session, parsed, ct) =>
        {
            session.Out.Object(await FindAsync(session, parsed, ct));
            return ExitCodes.Success;
        }, Deploy, Cluster),
        Decide(factory, "advance", "Accept the current group of a deploy; the next group starts.", "accept"),
        Decide(factory, "reject", "Reject the current group; the deploy fails and the previous one returns.", "reject"),
        Cancel(factory),
    };

    private static Command Decide(CommandFactory factory, string verb, string description, string decision)
    {
        var options = new OperatorOptions();
        return factory.Verb(verb, description, async (session, parsed, ct) =>
        {
            var path = Path(await FindAsync(session, parsed, ct), "deploys") + "/advance";
            await OperatorChange.PostAsync(session, path, new { decision, reason = parsed.GetValue(options.Reason) }, ct);
            return ExitCodes.Success;
        }, Deploy, Cluster, options.Reason);
    }

    private static Command Cancel(CommandFactory factory)
    {
        var options = new OperatorOptions();
        return factory.Verb("cancel", "Cancel a deploy, so that the previous one stays; or end a run.", async (session, parsed, ct) =>
        {
            var deploy = await FindAsync(session, parsed, ct);
            var path = Path(deploy, deploy.Text("kind") == "run-once" ? "runs" : "deploys") + "/cancel";
            await OperatorChange.PostAsync(session, path, new { reason = parsed.GetValue(options.Reason) }, ct);
            return ExitCodes.Success;
        }, Deploy, Cluster, options.Reason);
    }

    private static string Path(JsonElement deploy, string plural) => ClusterOption.Path(deploy.Text("cluster"), plural, deploy.Text("id"));

    private static async Task<JsonElement> FindAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var id = parsed.GetValue(Deploy)!;
        if (parsed.GetValue(Cluster) is { } given)
            return await session.Api.GetAsync(ClusterOption.Path(given, "deploys", id), ct);
        var found = new List<JsonElement>();
        foreach (var cluster in (await session.Api.GetAsync("api/v1/clusters", ct)).Items())
        {
            if (await session.Api.FindAsync(ClusterOption.Path(cluster.Text("name"), "deploys", id), ct) is { } deploy)
                found.Add(deploy);
        }

        return ClusterOption.Single(found, "deploy", id);
    }
}
