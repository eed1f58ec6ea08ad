using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Limits;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Programs;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>What the agents of a cluster share.</summary>
/// <param name="Groups">Null where limits are not enforced.</param>
/// <param name="Gate">The one lock of the cluster's state, never held over I/O other than starting a process.</param>
internal sealed record AgentContext(
    LocalMesosOptions Options, object Gate, Fetcher Fetcher, ProcessLauncher Processes, ContainerEngine Engine, ControlGroups? Groups,
    TimeProvider Time);
