using Google.Protobuf;
using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// One agent: its tasks, its executors and the updates that are under way. Every method is called with the cluster's lock held, except
/// <see cref="StopAsync"/>.
/// </summary>
public sealed class Agent
{
    private readonly AgentContext context;
    private readonly IAgentLink link;
    private readonly ITaskLauncher launcher;
    private readonly Dictionary<(string Framework, string Task), AgentTask> tasks = [];
    private readonly Dictionary<(string Framework, string Executor), IAgentExecutor> executors = [];
    private readonly Queue<AgentTask> completed = new();
    private bool poweredOff;

    internal Agent(AgentContext context, AgentIdentity identity, PortBlock ports, IAgentLink link, ITaskLauncher launcher)
    {
        (this.context, Identity, Ports, this.link, this.launcher) = (context, identity, ports, link, launcher);
        Endpoint = $"127.0.0.1:{ports.ApiPort}";
    }

    public AgentIdentity Identity { get; }

    public PortBlock Ports { get; }

    public string Endpoint { get; }

    /// <summary>True when nothing of its tasks is on this machine.</summary>
    public bool IsVirtual => launcher.IsVirtual;

    /// <summary>False while the master cannot hear this agent.</summary>
    public bool IsLinked { get; private set; } = true;

    /// <summary>Set from DRAIN_AGENT until it is reactivated.</summary>
    public W.DrainConfig? Drain { get; private set; }

    internal IReadOnlyCollection<AgentTask> Tasks => tasks.Values;

    internal IReadOnlyCollection<AgentTask> CompletedTasks => completed;

    internal IReadOnlyCollection<IAgentExecutor> Executors => executors.Values;

    public void Launch(TaskStart start)
    {
        if (start.Info.Executor is not null && !IsVirtual)
        {
            LaunchOnExecutor(start);
            return;
        }

        var place = TaskPlace.Own(context.Options.WorkDirectory, Identity.Id, start.FrameworkId, start.Info.TaskId.Value);
        var task = Add(start, place, null);
        task.Run = launcher.Make(this, start, place, status => Report(task, status));
        task.Run.Begin();
    }

    /// <summary>The tasks of a group begin together, nested in their executor's container.</summary>
    public void LaunchGroup(W.ExecutorInfo info, IReadOnlyList<TaskStart> starts)
    {
        var framework = starts[0].FrameworkId;
        if (!executors.TryGetValue((framework, info.ExecutorId.Value), out var executor))
        {
            var place = TaskPlace.Own(context.Options.WorkDirectory, Identity.Id, framework, info.ExecutorId.Value);
            if (!IsVirtual)
                _ = Task.Run(() => Sandbox.Create(place)); // not while the lock is held
            executor = new GroupExecutor(framework, info, place, () => KillGroup(framework, info.ExecutorId.Value));
            executors.Add((framework, info.ExecutorId.Value), executor);
        }

        foreach (var start in starts)
        {
            var place = executor.Place.Nested(start.Info.TaskId.Value);
            var task = Add(start, place, executor);
            task.Run = launcher.Make(this, start, place, status => Report(task, status));
        }

        foreach (var start in starts)
            tasks[(framework, start.Info.TaskId.Value)].Run.Begin();
    }

    /// <param name="policy">Of the call; the default command executor does not heed it (recorded in 05, 05b and 23).</param>
    public void Kill(string frameworkId, string taskId, W.KillPolicy? policy)
    {
        if (!IsLinked || !tasks.TryGetValue((frameworkId, taskId), out var task))
            return;
        var heeds = context.Options.HttpCommandExecutor || task.Executor is not null;
        task.Run.Kill(TaskEnd.Killed, heeds ? policy ?? task.Start.Info.KillPolicy : null);
    }

    /// <summary>Kills every task, at most after <paramref name="config"/>'s grace period.</summary>
    public void StartDraining(W.DrainConfig config)
    {
        Drain = config;
        var policy = config.MaxGracePeriod is { } grace ? new W.KillPolicy { GracePeriod = grace } : null;
        foreach (var task in tasks.Values.Where(t => t.Run.IsRunning).ToList())
            task.Run.Kill(TaskEnd.Killed, policy);
    }

    public void StopDraining() => Drain = null;

    /// <summary>The update that this acknowledged; null for a wrong uuid.</summary>
    public W.TaskStatus? Acknowledge(string frameworkId, string taskId, ByteString uuid)
    {
        if (!IsLinked || !tasks.TryGetValue((frameworkId, taskId), out var task) || task.Updates.Acknowledge(uuid) is not { } status)
            return null;
        if (task.Executor is CustomExecutor custom)
            custom.Send(new W.ExecutorEvent
            {
                Type = W.ExecutorEvent.Types.Type.Acknowledged,
                Acknowledged = new W.ExecutorEvent.Types.Acknowledged { TaskId = status.TaskId, Uuid = uuid },
            });
        if (!task.IsOver)
            return status;
        Complete(task);
        if (task.Executor is GroupExecutor group && !tasks.Values.Any(t => t.Executor == group))
            group.Linger(context.Time, () => EndIfIdle(group));
        return status;
    }

    public void Message(string frameworkId, string executorId, ByteString data)
    {
        if (IsLinked && executors.GetValueOrDefault((frameworkId, executorId)) is CustomExecutor custom)
            custom.Send(new W.ExecutorEvent
            {
                Type = W.ExecutorEvent.Types.Type.Message, Message = new W.ExecutorEvent.Types.Message { Data = data },
            });
    }

    public void ShutdownExecutor(string frameworkId, string executorId)
    {
        if (IsLinked && executors.TryGetValue((frameworkId, executorId), out var executor))
            executor.Shutdown();
    }

    /// <summary>What an executor says on its API.</summary>
    public void HearMessage(string frameworkId, string executorId, ByteString data) => link.Message(this, frameworkId, executorId, data);

    internal CustomExecutor? CustomExecutor(string frameworkId, string executorId) =>
        executors.GetValueOrDefault((frameworkId, executorId)) as CustomExecutor;

    internal void HearUpdate(string frameworkId, W.TaskStatus status)
    {
        if (tasks.TryGetValue((frameworkId, status.TaskId.Value), out var task) && task.Run is ExecutorTask run)
            run.Update(status);
    }

    /// <summary>The framework is back: what it may have missed goes out again.</summary>
    public void Resend(string frameworkId)
    {
        foreach (var task in tasks.Where(t => t.Key.Framework == frameworkId).Select(t => t.Value).ToList())
            task.Updates.SendOldest();
    }

    public void RemoveFramework(string frameworkId)
    {
        foreach (var (key, task) in tasks.Where(t => t.Key.Framework == frameworkId).ToList())
            Forget(key, task);
        foreach (var (key, executor) in executors.Where(e => e.Key.Framework == frameworkId).ToList())
        {
            executor.Vanish();
            executors.Remove(key);
        }
    }

    public void Forget(string frameworkId, string taskId)
    {
        if (tasks.TryGetValue((frameworkId, taskId), out var task))
            Forget((frameworkId, taskId), task);
    }

    /// <summary>Ends everything without a word: the agent was told to shut down.</summary>
    public void ForgetAll()
    {
        foreach (var framework in tasks.Keys.Concat(executors.Keys).Select(k => k.Item1).Distinct().ToList())
            RemoveFramework(framework);
    }

    /// <summary>kill -9 for the task's executor.</summary>
    public void KillExecutor(string frameworkId, string taskId)
    {
        if (!tasks.TryGetValue((frameworkId, taskId), out var task))
            return;
        task.Run.Vanish();
        task.Run.ReportExecutorGone();
    }

    /// <summary>Power is gone: every task dies in this moment.</summary>
    public void PowerOff()
    {
        (IsLinked, poweredOff) = (false, true);
        foreach (var task in tasks.Values)
            task.Run.Vanish();
    }

    /// <summary>The network is gone: tasks run on.</summary>
    public void Partition() => IsLinked = false;

    /// <summary>The agent answers again. After a power cut its tasks are reported as dead.</summary>
    public void Return()
    {
        IsLinked = true;
        var waiting = tasks.Where(t => !t.Value.Updates.IsEmpty).ToList();
        foreach (var (key, task) in waiting)
            link.Changed(this, key.Framework, task.Run.LastStatus!);
        if (poweredOff)
        {
            foreach (var task in tasks.Values.ToList())
                task.Run.ReportExecutorGone();
        }

        poweredOff = false;
        foreach (var (_, task) in waiting)
            task.Updates.SendOldest();
    }

    /// <summary>Whether the agent can say something of the task.</summary>
    public bool IsRunning(string frameworkId, string taskId) =>
        !poweredOff && tasks.TryGetValue((frameworkId, taskId), out var task) && task.Run.IsRunning;

    /// <summary>Ends all tasks, silently: TERM, and KILL for those that are still there after the grace period.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        List<Task> ends;
        lock (context.Gate)
        {
            ends = [.. tasks.Values.Select(t => t.Run.Completion), .. executors.Values.Select(e => e.Completion)];
            EndSilently(LibC.SigTerm);
        }

        var all = Task.WhenAll(ends);
        await Task.WhenAny(all, Task.Delay(grace, context.Time));
        lock (context.Gate)
            EndSilently(LibC.SigKill);
        await all;
        Ports.Dispose();
    }

    private void EndSilently(int signal)
    {
        foreach (var task in tasks.Values)
            task.Run.EndSilently(signal);
        foreach (var executor in executors.Values)
            executor.EndSilently(signal);
    }

    private AgentTask Add(TaskStart start, TaskPlace place, IAgentExecutor? executor)
    {
        var updates = new UpdateQueue(context.Gate, context.Time, status => Send(start.FrameworkId, status));
        var task = new AgentTask(start, place, updates, executor);
        tasks[(start.FrameworkId, start.Info.TaskId.Value)] = task;
        return task;
    }

    private void LaunchOnExecutor(TaskStart start)
    {
        var key = (start.FrameworkId, start.Info.Executor.ExecutorId.Value);
        if (!executors.TryGetValue(key, out var executor))
        {
            var place = TaskPlace.Own(context.Options.WorkDirectory, Identity.Id, start.FrameworkId, key.Value);
            CustomExecutor? made = null;
            made = new CustomExecutor(context, Identity, Endpoint, start, place, status => Exited(made!, status));
            executors.Add(key, executor = made);
            made.Begin();
        }

        var custom = (CustomExecutor)executor;
        var task = Add(start, custom.Place, custom);
        task.Run = new ExecutorTask(
            custom, start, new StatusReporter(context.Time, Identity.Id, start, custom.Place, status => Report(task, status)));
        task.Run.Begin();
    }

    private void Exited(CustomExecutor executor, int status)
    {
        End(executor, status);
        foreach (var task in tasks.Values.Where(t => t.Executor == executor).ToList())
            task.Run.ReportExecutorGone();
    }

    private void End(IAgentExecutor executor, int status)
    {
        executors.Remove((executor.FrameworkId, executor.Info.ExecutorId.Value));
        if (IsLinked)
            link.ExecutorEnded(this, executor.FrameworkId, executor.Info.ExecutorId.Value, status);
    }

    private void EndIfIdle(GroupExecutor group)
    {
        lock (context.Gate)
        {
            if (executors.ContainsValue(group) && !tasks.Values.Any(t => t.Executor == group))
                End(group, 0);
        }
    }

    private void KillGroup(string frameworkId, string executorId)
    {
        foreach (var task in tasks.Values.Where(t => t.Start.FrameworkId == frameworkId && t.Place.ExecutorId == executorId).ToList())
            task.Run.Kill(TaskEnd.Killed, null);
    }

    private void Forget((string Framework, string Task) key, AgentTask task)
    {
        task.Run.Vanish();
        task.Updates.Dispose();
        tasks.Remove(key);
    }

    private void Complete(AgentTask task)
    {
        task.Updates.Dispose();
        tasks.Remove((task.Start.FrameworkId, task.Start.Info.TaskId.Value));
        completed.Enqueue(task);
        if (completed.Count > launcher.CompletedKept)
            completed.Dequeue();
    }

    private void Report(AgentTask task, W.TaskStatus status)
    {
        if (Drain is not null)
            Draining.Mark(status, Drain, task.Start.PartitionAware);
        task.Statuses.Add(status);
        if (!task.Run.IsRunning)
            task.Ended = context.Time.GetUtcNow();
        // A real master learns of it with the next update that is sent (recorded in 02c); the product frees resources at once.
        if (IsLinked && context.Options.Allocation == AllocationMode.Continuous)
            link.Changed(this, task.Start.FrameworkId, status);
        task.Updates.Add(status);
        // One of a group that fails or is killed takes the others along (recorded in 17).
        if (task.Executor is GroupExecutor group && !task.Run.IsRunning && status.State != W.TaskState.TaskFinished)
            group.Shutdown();
    }

    private void Send(string frameworkId, W.TaskStatus status)
    {
        if (!IsLinked)
            return;
        if (tasks.TryGetValue((frameworkId, status.TaskId.Value), out var task) && task.Run.LastStatus is { } last)
            link.Changed(this, frameworkId, last);
        link.Deliver(this, frameworkId, status);
    }
}
