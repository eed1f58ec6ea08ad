using Google.Protobuf;
using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// One agent: its tasks, its executors and its connection to the master. Every method is called with the cluster's lock held, except
/// <see cref="StopAsync"/>.
/// </summary>
internal sealed class Agent
{
    private readonly AgentContext context;
    private readonly ITaskLauncher launcher;
    private readonly AgentTasks tasks;
    private readonly AgentExecutors executors;
    private readonly AgentReporter reporter;
    private bool poweredOff;

    public Agent(AgentContext context, AgentIdentity identity, PortBlock ports, IMasterLink link, ITaskLauncher launcher)
    {
        (this.context, Identity, Ports, this.launcher) = (context, identity, ports, launcher);
        Endpoint = $"127.0.0.1:{ports.ApiPort}";
        tasks = new AgentTasks(launcher.MaxCompletedTasks);
        executors = new AgentExecutors(context, identity, Endpoint);
        reporter = new AgentReporter(context, identity.Id, link, tasks);
    }

    public AgentIdentity Identity { get; }

    public PortBlock Ports { get; }

    /// <summary>Of its HTTP API, <c>host:port</c>.</summary>
    public string Endpoint { get; }

    /// <summary>True when its tasks are no processes.</summary>
    public bool IsVirtual => launcher.IsVirtual;

    /// <summary>False while the agent and the master cannot reach each other.</summary>
    public bool IsLinked => reporter.IsLinked;

    public IReadOnlyCollection<AgentTask> Tasks => tasks.Active;

    public IReadOnlyCollection<AgentTask> CompletedTasks => tasks.Completed;

    public IReadOnlyCollection<IAgentExecutor> Executors => executors.All;

    public void Launch(TaskLaunch launch)
    {
        if (launch.Info.Executor is not null && !IsVirtual)
        {
            LaunchOnExecutor(launch);
            return;
        }

        var location = TaskLocation.Own(context.Options.WorkDirectory, Identity.Id, launch.FrameworkId, launch.TaskId);
        Add(launch, location, null).Run.Start();
    }

    /// <summary>The tasks of a group start together, nested in their executor's container.</summary>
    public void LaunchGroup(W.ExecutorInfo info, IReadOnlyList<TaskLaunch> launches)
    {
        var executor = executors.Default(
            launches[0].FrameworkId, info, hasSandbox: !IsVirtual, shutdown: e => AgentTasks.Kill(tasks.OfExecutor(e)));
        foreach (var task in launches.Select(l => Add(l, executor.Location.Nested(l.TaskId), executor)).ToList())
            task.Run.Start();
    }

    /// <param name="policy">Of the call; the default command executor ignores it (recorded in 05, 05b and 23).</param>
    public void Kill(string frameworkId, string taskId, W.KillPolicy? policy)
    {
        if (!IsLinked || tasks.Find(frameworkId, taskId) is not { } task)
            return;
        var usesPolicy = context.Options.HttpCommandExecutor || task.Executor is not null;
        task.Run.Kill(TaskEndReason.Killed, usesPolicy ? policy ?? task.Launch.Info.KillPolicy : null);
    }

    /// <summary>Kills every task, at most after the grace period of <paramref name="config"/>.</summary>
    public void StartDraining(W.DrainConfig config)
    {
        reporter.Drain = config;
        var policy = config.MaxGracePeriod is { } grace ? new W.KillPolicy { GracePeriod = grace } : null;
        foreach (var task in Tasks.Where(t => t.Run.IsRunning).ToList())
            task.Run.Kill(TaskEndReason.Killed, policy);
    }

    public void StopDraining() => reporter.Drain = null;

    /// <summary>Returns the update that this acknowledges; null for a wrong uuid.</summary>
    public W.TaskStatus? Acknowledge(string frameworkId, string taskId, ByteString uuid)
    {
        if (!IsLinked || tasks.Find(frameworkId, taskId) is not { } task || task.Updates.Acknowledge(uuid) is not { } status)
            return null;
        if (task.Executor is CustomExecutor custom)
            custom.Send(ExecutorEvents.Acknowledged(status.TaskId, uuid));
        if (!task.IsOver)
            return status;
        tasks.Complete(task);
        if (task.Executor is DefaultExecutor executor && tasks.OfExecutor(executor).Count == 0)
            executor.ExitLater(context.Time, () => EndIfIdle(executor));
        return status;
    }

    /// <summary>A scheduler's message to an executor.</summary>
    public void SendToExecutor(string frameworkId, string executorId, ByteString data)
    {
        if (IsLinked)
            executors.FindCustom(frameworkId, executorId)?.Send(ExecutorEvents.Message(data));
    }

    public void ShutdownExecutor(string frameworkId, string executorId)
    {
        if (IsLinked)
            executors.Find(frameworkId, executorId)?.Shutdown();
    }

    public CustomExecutor? CustomExecutor(string frameworkId, string executorId) => executors.FindCustom(frameworkId, executorId);

    /// <summary>An executor's MESSAGE.</summary>
    public void SendToScheduler(string frameworkId, string executorId, ByteString data) =>
        reporter.SendMessage(frameworkId, executorId, data);

    /// <summary>An executor's UPDATE.</summary>
    public void UpdateFromExecutor(string frameworkId, W.TaskStatus status)
    {
        if (tasks.Find(frameworkId, status.TaskId.Value)?.Run is ExecutorTask run)
            run.Update(status);
    }

    /// <summary>The framework has subscribed again: the updates that it may have missed are sent again.</summary>
    public void ResendUpdates(string frameworkId)
    {
        foreach (var task in tasks.OfFramework(frameworkId))
            task.Updates.SendOldest();
    }

    public void RemoveFramework(string frameworkId)
    {
        foreach (var task in tasks.OfFramework(frameworkId))
            tasks.Discard(task);
        executors.KillOfFramework(frameworkId);
    }

    public void RemoveTask(string frameworkId, string taskId)
    {
        if (tasks.Find(frameworkId, taskId) is { } task)
            tasks.Discard(task);
    }

    /// <summary>Ends everything without a status: the agent was told to shut down.</summary>
    public void RemoveAllTasks()
    {
        foreach (var framework in Tasks.Select(t => t.FrameworkId).Concat(Executors.Select(e => e.FrameworkId)).Distinct().ToList())
            RemoveFramework(framework);
    }

    /// <summary>kill -9 for the task's executor.</summary>
    public void KillExecutor(string frameworkId, string taskId)
    {
        if (tasks.Find(frameworkId, taskId) is not { } task)
            return;
        task.Run.KillSilently();
        task.Run.ReportExecutorTerminated();
    }

    /// <summary>Power is gone: every task dies at this moment.</summary>
    public void PowerOff()
    {
        reporter.Disconnect();
        poweredOff = true;
        foreach (var task in Tasks)
            task.Run.KillSilently();
    }

    /// <summary>The network is gone: tasks run on.</summary>
    public void Partition() => reporter.Disconnect();

    /// <summary>The agent is back. After a power cut its tasks are reported as failed.</summary>
    public void Reconnect()
    {
        reporter.Reconnect(() =>
        {
            foreach (var task in poweredOff ? Tasks.ToList() : [])
                task.Run.ReportExecutorTerminated();
            poweredOff = false;
        });
    }

    /// <summary>True when the agent can report on the task.</summary>
    public bool IsRunning(string frameworkId, string taskId) => !poweredOff && tasks.Find(frameworkId, taskId) is { Run.IsRunning: true };

    /// <summary>Ends all tasks without a status: SIGTERM, and SIGKILL for those still running after the grace period.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        List<Task> ends;
        lock (context.Gate)
        {
            ends = [.. Tasks.Select(t => t.Run.Completion), .. Executors.Select(e => e.Completion)];
            SignalAll(LibC.SigTerm);
        }

        var all = Task.WhenAll(ends);
        await Task.WhenAny(all, Task.Delay(grace, context.Time));
        lock (context.Gate)
            SignalAll(LibC.SigKill);
        await all;
        Ports.Dispose();
    }

    private void SignalAll(int signal)
    {
        foreach (var task in Tasks)
            task.Run.SignalSilently(signal);
        foreach (var executor in Executors)
            executor.SignalSilently(signal);
    }

    private AgentTask Add(TaskLaunch launch, TaskLocation location, IAgentExecutor? executor)
    {
        var updates = new UpdateQueue(context.Gate, context.Time, status => reporter.Send(launch.FrameworkId, status));
        var task = new AgentTask(launch, location, updates, executor);
        task.Run = executor is CustomExecutor custom
            ? new ExecutorTask(
                custom, launch, new StatusReporter(context.Time, Identity.Id, launch, location, s => reporter.Report(task, s)))
            : launcher.Create(Identity, Endpoint, launch, location, s => reporter.Report(task, s));
        tasks.Add(task);
        return task;
    }

    private void LaunchOnExecutor(TaskLaunch launch)
    {
        var executor = executors.Custom(launch, ExecutorExited);
        Add(launch, executor.Location, executor).Run.Start();
    }

    private void ExecutorExited(CustomExecutor executor, int status)
    {
        End(executor, status);
        foreach (var task in tasks.OfExecutor(executor))
            task.Run.ReportExecutorTerminated();
    }

    private void End(IAgentExecutor executor, int status)
    {
        executors.Remove(executor);
        reporter.ExecutorEnded(executor, status);
    }

    private void EndIfIdle(DefaultExecutor executor)
    {
        lock (context.Gate)
        {
            if (executors.Contains(executor) && tasks.OfExecutor(executor).Count == 0)
                End(executor, 0);
        }
    }
}
