using W = Pipeline.Mesos.Wire;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>A task as the master sends it to an agent.</summary>
/// <param name="Role">That its resources are allocated to.</param>
internal sealed record TaskLaunch(string FrameworkId, W.TaskInfo Info, string Role, W.FrameworkInfo Framework)
{
    public string TaskId => Info.TaskId.Value;

    public bool Checkpoint => Framework.Checkpoint;

    public bool PartitionAware => Has(Capability.PartitionAware);

    public bool TaskKillingState => Has(Capability.TaskKillingState);

    private bool Has(Capability capability) => Framework.Capabilities.Any(c => c.Type == capability);
}
