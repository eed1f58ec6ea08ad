using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;
using static Pipeline.Cli.Commands.Requests.RequestLookup;

namespace Pipeline.Cli.Commands.Requests;

/// <summary><c>pipeline request …</c>: what should run on the clusters, and what operators change about it.</summary>
internal static class RequestCommand
{
    private static readonly Option<string?> ListCluster = new("--cluster") { Description = "List only requests of this cluster." };

    public static Command Create(CommandFactory factory)
    {
        var noun = new Command("request", "Manage requests: what should run on the clusters.")
        {
            factory.Verb("list", "List the requests.", ListAsync, ListCluster),
            factory.Verb("show", "Show a request: its state, operator changes and crash loops.", async (session, parsed, ct) =>
            {
                session.Out.Object(await FindAsync(session, parsed, ct));
                return ExitCodes.Success;
            }, Request, Cluster),
            factory.Verb("why", "Explain what a request's deploy or instances wait for.", async (session, parsed, ct) =>
                Explanation.Print(session, await session.Api.GetAsync(await PathAsync(session, parsed, ct) + "/why", ct)),
                Request, Cluster),
        };
        foreach (var verb in RequestInstances.Verbs(factory).Concat(RequestChanges.Verbs(factory)))
            noun.Add(verb);
        return noun;
    }

    private static async Task<int> ListAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var path = QueryString.Append("api/v1/requests", QueryString.Of(("cluster", parsed.GetValue(ListCluster))));
        session.Out.Table(
            await session.Api.GetAsync(path, ct),
            new("request", "id"), new("cluster", "cluster"), new("kind", "kind"), new("state", "state"), new("tasks", "activeTasks"),
            new("active deploy", "activeDeploy"), new("pending deploy", "pendingDeploy"), new("next run", "nextRunAt"));
        return ExitCodes.Success;
    }
}
