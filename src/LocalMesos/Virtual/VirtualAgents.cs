using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Tasks;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>Registers virtual agents. Their API is served at the master's port, and their ids are the same at each start.</summary>
internal static class VirtualAgents
{
    public static void AddTo(MasterNode master, AgentContext context, string clusterId)
    {
        var options = context.Options.Virtual;
        var faults = new RandomFaults(options.Seed);
        var tasks = new VirtualTaskLauncher(context, faults);
        var link = new LossyLink(master.Reports, options, faults);
        var total = ResourceSet.Parse(options.Resources);
        for (var n = 1; n <= options.Agents; n++)
        {
            var identity = new AgentIdentity($"{clusterId}-V{n}", $"virtual-{n:00000}", $"vr{1 + ((n - 1) % options.Racks)}");
            master.Add(new Agent(context, identity, PortBlock.None(master.State.Port), link, tasks), total);
        }
    }

    /// <summary>True for the sandbox path of a current or recent task of a virtual agent, which has no files. The lock is held.</summary>
    public static bool OwnsSandbox(MasterState state, string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["frameworks", var frameworkId, "executors", var taskId, "runs", ..]
        && state.Frameworks.TryGetValue(frameworkId, out var framework)
        && (framework.Tasks.GetValueOrDefault(taskId) ?? framework.CompletedTasks.FirstOrDefault(t => t.Id == taskId)) is { } task
        && state.Agent(task.AgentId) is { Agent.IsVirtual: true };
}
