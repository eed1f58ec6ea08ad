using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Resources;

namespace Pipeline.LocalMesos.Master.Allocation;

/// <summary>A framework's claim to offers in one of its roles.</summary>
internal sealed class RoleClaim(Framework framework, string role)
{
    private readonly ILookup<string, OfferFilter> filters = framework.Filters.Where(f => f.Role == role).ToLookup(f => f.AgentId);
    private long cpus;
    private long memory;

    public Framework Framework => framework;

    public string Role => role;

    /// <summary>Counts resources that the framework uses or is offered in the role.</summary>
    public void Hold(ResourceSet resources) => (cpus, memory) = (cpus + resources.Cpus, memory + resources.Memory);

    /// <summary>The dominant share: the larger one of cpus and memory.</summary>
    public double ShareOf((long Cpus, long Memory) total) =>
        Math.Max((double)cpus / Math.Max(1, total.Cpus), (double)memory / Math.Max(1, total.Memory));

    /// <summary>False while a filter declines the agent's free resources, or the framework's constraints exclude the agent.</summary>
    public bool Accepts(AgentSlot agent) =>
        !filters[agent.Id].Any(f => f.Resources.Contains(agent.Free.For(role)))
        && (framework.Constraints?.Allow(role, agent.Hostname, agent.Attributes) ?? true);
}
