using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Requests;

/// <summary>The request that a command is about.</summary>
internal static class RequestLookup
{
    public static readonly Argument<string> Request = new("REQUEST") { Description = "The request's id; for a deployable, its name." };

    public static readonly Option<string?> Cluster = ClusterOption.Create("request");

    public static string Path(JsonElement request) => ClusterOption.Path(request.Text("cluster"), "requests", request.Text("id"));

    public static async Task<string> PathAsync(Session session, ParseResult parsed, CancellationToken ct) =>
        Path(await FindAsync(session, parsed, ct));

    public static async Task<JsonElement> FindAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var id = parsed.GetValue(Request)!;
        if (parsed.GetValue(Cluster) is { } cluster)
            return await session.Api.GetAsync(ClusterOption.Path(cluster, "requests", id), ct);
        var found = (await session.Api.GetAsync("api/v1/requests", ct)).Items().Where(r => r.Text("id") == id).ToList();
        return ClusterOption.Single(found, "request", id);
    }
}
