using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>A task as the master hands it to the agent.</summary>
public sealed record TaskStart(
    string FrameworkId, W.TaskInfo Info, string Role, string User, bool Checkpoint, bool PartitionAware, bool TaskKillingState);
