using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Finds the request that a command is about; one that is gone, or on its way out, takes no commands.</summary>
internal sealed class ActiveRequests(ClusterState state)
{
    public CommandOutcome With(string requestId, Func<Request, CommandOutcome> then) =>
        state.Requests.TryGetValue(requestId, out var request) && request.State is not (RequestState.Removed or RequestState.Removing)
            ? then(request)
            : CommandOutcome.NotFound($"'{requestId}' is not a request of cluster {state.Cluster}.");
}
