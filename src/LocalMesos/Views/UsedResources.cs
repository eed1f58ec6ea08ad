using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views;

/// <summary>What the tasks and executors of frameworks use. The lock is held.</summary>
internal static class UsedResources
{
    /// <param name="agentId">Null for all agents.</param>
    public static IEnumerable<(string Role, ResourceSet Resources)> Of(Framework f, string? agentId) =>
        f.Tasks.Values.Where(t => (agentId is null || t.AgentId == agentId) && !t.State.IsTerminal() && t.UnreachableSince is null)
            .Select(t => (t.Role, t.Resources))
            .Concat(f.Executors.Values.Where(e => agentId is null || e.AgentId == agentId).Select(e => (e.Role, e.Resources)));

    /// <summary>As resources allocated to their roles.</summary>
    public static IEnumerable<Resource> ByRole(IEnumerable<(string Role, ResourceSet Resources)> parts) => parts
        .GroupBy(p => p.Role)
        .SelectMany(g => g.Aggregate(ResourceSet.Empty, (sum, p) => sum.Plus(p.Resources)).ToWire(g.Key));

    public static ResourceSet Sum(IEnumerable<(string Role, ResourceSet Resources)> parts) =>
        parts.Aggregate(ResourceSet.Empty, (sum, p) => sum.Plus(p.Resources));
}
