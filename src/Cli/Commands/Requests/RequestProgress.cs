using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Requests;

/// <summary>A request with the health of its active deploy, read again and again under <c>--wait</c>.</summary>
internal static class RequestProgress
{
    /// <summary>Does nothing without <c>--wait</c>.</summary>
    public static Task<int> WaitAsync(
        Session session, ParseResult parsed, OperatorOptions options, Func<JsonElement, bool> isReached, CancellationToken ct) =>
        parsed.GetValue(options.Wait)
            ? Progress.WaitAsync(
                session, parsed.GetValue(options.Timeout)!, () => ReadAsync(session, parsed, ct), isReached,
                now => $"{now.Text("request.state")}, {Active(now)} tasks, {Healthy(now)} healthy", ct)
            : Task.FromResult(ExitCodes.Success);

    public static int Healthy(JsonElement now) => now.At("healthy")?.GetInt32() ?? 0;

    public static int Active(JsonElement now) => now.At("request.activeTasks")?.GetInt32() ?? 0;

    /// <summary>Whether an operator's change is in force, <c>pause</c> for example.</summary>
    public static bool IsChanged(JsonElement now, string change) => now.Items("request.changes").Any(c => c.Text("what") == change);

    private static async Task<JsonElement> ReadAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var request = await RequestLookup.FindAsync(session, parsed, ct);
        var healthy = 0;
        if (request.Text("activeDeploy") is { Length: > 0 } active)
        {
            var deploy = await session.Api.GetAsync(ClusterOption.Path(request.Text("cluster"), "deploys", active), ct);
            healthy = deploy.At("healthyInstances")?.GetInt32() ?? 0;
        }

        return JsonSerializer.SerializeToElement(new { request, healthy }, JsonSerializerOptions.Web);
    }
}
