using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>Who operates, and the way to the leader of a cluster.</summary>
internal sealed record Operator(OperatorCommands Commands, SchedulerQueries Queries, HttpContext Http)
{
    /// <summary>
    /// Sends a command unless a field is invalid or the cluster does not exist. Accepted: 202 with the outcome. Refused: its problem. No
    /// leader in time: 202 with where to look for the outcome.
    /// </summary>
    public async Task<Results<Accepted<CommandView>, ProblemHttpResult>> SendAsync(
        string cluster, FieldErrors fields, Func<Caller, Task<OperatorAnswer>> send, CancellationToken ct)
    {
        if (fields.Problem() is { } bad)
            return bad;
        if (await Queries.ClusterAsync(cluster, ct) is null)
            return Problems.UnknownCluster(cluster);
        var answer = await send(Caller.Of(Http.User));
        return answer.Accepted == false
            ? Problems.Refused(answer)
            : TypedResults.Accepted($"/api/v1/commands/{answer.Id}", CommandEndpoints.ViewOf(answer));
    }
}
