using Google.Protobuf;
using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// One agent: its tasks and the updates that are under way. Every method is called with the cluster's lock held, except
/// <see cref="StopAsync"/>.
/// </summary>
public sealed class Agent
{
    private readonly AgentContext context;
    private readonly Dictionary<(string Framework, string Task), (TaskRun Run, UpdateQueue Updates)> tasks = [];
    private bool poweredOff;

    public Agent(AgentContext context, AgentIdentity identity, PortBlock ports)
    {
        (this.context, Identity, Ports) = (context, identity, ports);
        Endpoint = $"127.0.0.1:{ports.ApiPort}";
    }

    public AgentIdentity Identity { get; }

    public PortBlock Ports { get; }

    public string Endpoint { get; }

    /// <summary>False while the master cannot hear this agent.</summary>
    public bool IsLinked { get; private set; } = true;

    /// <summary>A new state, at once; the update that tells the framework may have to wait for acknowledgements.</summary>
    public Action<string, W.TaskStatus> Changed { get; set; } = (_, _) => { };

    /// <summary>An update for the framework.</summary>
    public Action<string, W.TaskStatus> Deliver { get; set; } = (_, _) => { };

    public void Launch(TaskStart start)
    {
        var key = (start.FrameworkId, start.Info.TaskId.Value);
        var updates = new UpdateQueue(context.Gate, context.Time, status => Send(start.FrameworkId, status));
        var run = new TaskRun(context, Identity, Endpoint, start, status => Report(start.FrameworkId, updates, status));
        tasks[key] = (run, updates);
        run.Begin();
    }

    /// <param name="grace">Of the call; only an HTTP command executor heeds it (recorded in 05 and 05b).</param>
    public void Kill(string frameworkId, string taskId, TimeSpan? grace)
    {
        if (IsLinked && tasks.TryGetValue((frameworkId, taskId), out var task))
            task.Run.Kill(TaskEnd.Killed, context.Options.HttpCommandExecutor ? grace : null);
    }

    /// <summary>True when this was the last word on the task.</summary>
    public bool Acknowledge(string frameworkId, string taskId, ByteString uuid)
    {
        if (!IsLinked || !tasks.TryGetValue((frameworkId, taskId), out var task)
            || task.Updates.Acknowledge(uuid) is not { } status || !status.State.IsTerminal())
            return false;
        task.Updates.Dispose();
        tasks.Remove((frameworkId, taskId));
        return true;
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
    }

    public void Forget(string frameworkId, string taskId)
    {
        if (tasks.TryGetValue((frameworkId, taskId), out var task))
            Forget((frameworkId, taskId), task);
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
            Changed(key.Framework, task.Run.LastStatus!);
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
        List<TaskRun> runs;
        lock (context.Gate)
        {
            runs = [.. tasks.Values.Select(t => t.Run)];
            foreach (var run in runs)
                run.EndSilently(LibC.SigTerm);
        }

        var all = Task.WhenAll(runs.Select(r => r.Completion));
        await Task.WhenAny(all, Task.Delay(grace, context.Time));
        lock (context.Gate)
        {
            foreach (var run in runs)
                run.EndSilently(LibC.SigKill);
        }

        await all;
        Ports.Dispose();
    }

    private void Forget((string Framework, string Task) key, (TaskRun Run, UpdateQueue Updates) task)
    {
        task.Run.Vanish();
        task.Updates.Dispose();
        tasks.Remove(key);
    }

    private void Report(string frameworkId, UpdateQueue updates, W.TaskStatus status)
    {
        if (IsLinked)
            Changed(frameworkId, status);
        updates.Add(status);
    }

    private void Send(string frameworkId, W.TaskStatus status)
    {
        if (IsLinked)
            Deliver(frameworkId, status);
    }
}
