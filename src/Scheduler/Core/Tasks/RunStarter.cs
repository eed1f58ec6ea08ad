using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Starts runs. A run is a deploy with one task at a time; its id is used once.</summary>
internal sealed class RunStarter(ClusterState state, TaskStarter starter)
{
    public void Start(Deploy run, DateTimeOffset now)
    {
        state.Save(run);
        starter.Start(run, 1, run.Spec.Run?.NotBefore is { } at && at > now ? at : null, now);
    }

    /// <summary>The runs of a request that are running or pending.</summary>
    public List<Deploy> Of(string requestId) =>
        [.. state.DeploysOf(requestId).Where(d => d is { IsLive: true, Spec.Kind: RequestKind.RunOnce })];
}
