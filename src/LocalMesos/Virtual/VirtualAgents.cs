using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Posix;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>Registers the virtual agents with a master. Their API is at the master's own port, and their ids are the same at each start.</summary>
internal static class VirtualAgents
{
    public static void AddTo(MasterNode master, AgentContext context, string clusterId)
    {
        var options = context.Options.Virtual;
        var dice = new Dice(options.Seed);
        var tasks = new VirtualTasks(context, dice);
        var link = new LossyLink(master, options, dice);
        var total = ResourceSet.Parse(options.Resources);
        for (var n = 1; n <= options.Agents; n++)
        {
            var identity = new AgentIdentity($"{clusterId}-V{n}", $"virtual-{n:00000}", $"vr{1 + ((n - 1) % options.Racks)}");
            master.Add(new Agent(context, identity, PortBlock.None(master.State.Port), link, tasks), total);
        }
    }

    /// <summary>True when the task is, or lately was, on a virtual agent: its sandbox has no files. The lock is held.</summary>
    public static bool Knows(MasterState state, string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["frameworks", var frameworkId, "executors", var taskId, "runs", ..]
        && state.Frameworks.TryGetValue(frameworkId, out var framework)
        && (framework.Tasks.GetValueOrDefault(taskId) ?? framework.CompletedTasks.FirstOrDefault(t => t.Id == taskId)) is { } task
        && state.Agent(task.AgentId) is { Agent.IsVirtual: true };
}
