using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Posix;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What the agents of a cluster share. <paramref name="Gate"/> is the one lock of the cluster's state.</summary>
public sealed record AgentContext(
    LocalMesosOptions Options, object Gate, Fetcher Fetcher, ChildReaper Children, RunningGroups Groups,
    ContainerEngine Engine, TimeProvider Time);
