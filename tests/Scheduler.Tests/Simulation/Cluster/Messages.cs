using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Tests.Simulation.Cluster;

/// <summary>What the launch builder makes of a launch, as far as a master looks at it.</summary>
internal static class Messages
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static AcceptOffers AcceptOf(Launch launch) => new(
        launch.OfferIds, launch.AgentId,
        [.. launch.Tasks.Select(t => new TaskLaunch(
            t.Task.Id, t.Task.RequestId,
            new TaskResources(t.Task.Needs.Cpus, t.Task.Needs.MemoryMb, t.Task.Needs.DiskMb, t.Task.Ports),
            "./taskrunner", Nothing, [], Nothing, t.Spec.KillGrace, null, null, null, null))],
        launch.Refuse);
}
