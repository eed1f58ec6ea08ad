using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>The executors of an agent that may run several tasks.</summary>
internal sealed class AgentExecutors(AgentContext context, AgentIdentity agent, string endpoint)
{
    private readonly Dictionary<(string Framework, string Executor), IAgentExecutor> executors = [];

    public IReadOnlyCollection<IAgentExecutor> All => executors.Values;

    public IAgentExecutor? Find(string frameworkId, string executorId) => executors.GetValueOrDefault((frameworkId, executorId));

    public CustomExecutor? FindCustom(string frameworkId, string executorId) => Find(frameworkId, executorId) as CustomExecutor;

    public bool Contains(IAgentExecutor executor) => executors.ContainsValue(executor);

    /// <summary>The framework's own executor, started if it does not run yet.</summary>
    public CustomExecutor Custom(TaskLaunch launch, Action<CustomExecutor, int> ended)
    {
        var id = launch.Info.Executor.ExecutorId.Value;
        if (Find(launch.FrameworkId, id) is CustomExecutor running)
            return running;
        CustomExecutor? created = null;
        created = new CustomExecutor(
            context, agent, endpoint, launch, LocationOf(launch.FrameworkId, id), status => ended(created!, status));
        executors.Add((launch.FrameworkId, id), created);
        created.Start();
        return created;
    }

    /// <summary>The default executor of a task group, created if it is not there yet.</summary>
    /// <param name="hasSandbox">False on a virtual agent.</param>
    /// <param name="shutdown">Kills the executor's tasks.</param>
    public IAgentExecutor Default(string frameworkId, W.ExecutorInfo info, bool hasSandbox, Action<IAgentExecutor> shutdown)
    {
        var id = info.ExecutorId.Value;
        if (Find(frameworkId, id) is { } running)
            return running;
        var location = LocationOf(frameworkId, id);
        if (hasSandbox)
            _ = Task.Run(() => Sandbox.Create(location)); // not while the lock is held
        DefaultExecutor? created = null;
        created = new DefaultExecutor(frameworkId, info, location, () => shutdown(created!));
        executors.Add((frameworkId, id), created);
        return created;
    }

    public void Remove(IAgentExecutor executor) => executors.Remove((executor.FrameworkId, executor.Info.ExecutorId.Value));

    public void KillOfFramework(string frameworkId)
    {
        foreach (var executor in executors.Values.Where(e => e.FrameworkId == frameworkId).ToList())
        {
            executor.KillSilently();
            Remove(executor);
        }
    }

    private TaskLocation LocationOf(string frameworkId, string executorId) =>
        TaskLocation.Own(context.Options.WorkDirectory, agent.Id, frameworkId, executorId);
}
