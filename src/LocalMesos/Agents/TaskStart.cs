using W = Pipeline.Mesos.Wire;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;

namespace Pipeline.LocalMesos.Agents;

/// <summary>A task as the master hands it to the agent.</summary>
public sealed record TaskStart(string FrameworkId, W.TaskInfo Info, string Role, W.FrameworkInfo Framework)
{
    public bool Checkpoint => Framework.Checkpoint;

    public bool PartitionAware => Has(Capability.PartitionAware);

    public bool TaskKillingState => Has(Capability.TaskKillingState);

    private bool Has(Capability capability) => Framework.Capabilities.Any(c => c.Type == capability);
}
