using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Executors;

/// <summary>A framework's own executor: a process that speaks the agent's v1 executor API (recorded in 23).</summary>
/// <param name="first">The task that it is started for.</param>
/// <param name="ended">Called with the wait status of the process, the lock held.</param>
internal sealed class CustomExecutor(
    AgentContext context, AgentIdentity agent, string endpoint, TaskLaunch first, TaskLocation location, Action<int> ended) : IAgentExecutor
{
    /// <summary>The status of an executor that could not be launched.</summary>
    private const int LaunchFailed = 1;

    // The default of --executor_shutdown_grace_period.
    private static readonly TimeSpan ShutdownGracePeriod = TimeSpan.FromSeconds(5);
    private readonly Queue<W.ExecutorEvent> unsent = new();
    private readonly TaskCompletionSource launched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventStream? stream;
    private ITimer? forceKill;
    private bool silent;

    public string FrameworkId => first.FrameworkId;

    public W.ExecutorInfo Info { get; } = WithFramework(first);

    public W.FrameworkInfo Framework => first.Framework;

    public TaskLocation Location => location;

    public int Pid { get; private set; }

    public bool IsSubscribed => stream is not null;

    /// <summary>
    /// Completes when the process was started, or could not be: whoever speaks for it before is ahead of what the agent knows.
    /// </summary>
    public Task Launched => launched.Task;

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start() => Completion = Task.Run(RunAsync);

    /// <summary>The executor's SUBSCRIBE: it gets every event that waited for it.</summary>
    public void Subscribe(EventStream subscription, W.ExecutorEvent subscribed)
    {
        stream?.End();
        stream = subscription;
        stream.Send(subscribed);
        while (unsent.TryDequeue(out var e))
            stream.Send(e);
    }

    /// <summary>The stream broke; a newer one is not affected.</summary>
    public void Disconnected(EventStream subscription)
    {
        if (stream == subscription)
            stream = null;
    }

    /// <summary>Sends the event at once, or as soon as the executor has subscribed.</summary>
    public void Send(W.ExecutorEvent e)
    {
        if (stream is not null)
            stream.Send(e);
        else
            unsent.Enqueue(e);
    }

    public void Shutdown()
    {
        Send(new W.ExecutorEvent { Type = W.ExecutorEvent.Types.Type.Shutdown });
        forceKill ??= context.Time.CreateTimer(
            _ => Sessions.Signal(Pid, LibC.SigKill), null, ShutdownGracePeriod, Timeout.InfiniteTimeSpan);
    }

    public void KillSilently()
    {
        stream?.End();
        SignalSilently(LibC.SigKill);
    }

    public void SignalSilently(int signal)
    {
        silent = true;
        Sessions.Signal(Pid, signal);
    }

    private static W.ExecutorInfo WithFramework(TaskLaunch first)
    {
        var info = first.Info.Executor.Clone();
        info.FrameworkId = new W.FrameworkID { Value = first.FrameworkId };
        return info;
    }

    private async Task RunAsync()
    {
        var status = LaunchFailed;
        try
        {
            var sandbox = Sandbox.Create(location);
            foreach (var uri in Info.Command.Uris)
                await context.Fetcher.FetchAsync(uri, sandbox.Path, CancellationToken.None);
            var (group, exit) = StartProcess(sandbox);
            launched.TrySetResult();
            status = (await exit).Status;
            await group.RemoveAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FetchException)
        {
            // As with a container that could not be launched, the statuses of its tasks tell the framework.
        }

        lock (context.Gate)
        {
            forceKill?.Dispose();
            stream?.End();
            if (!silent)
                ended(status);
        }

        launched.TrySetResult();
    }

    private (ProcessGroup Group, Task<ChildExit> Exit) StartProcess(Sandbox sandbox)
    {
        var environment = TaskEnvironment.OfExecutor(first, location, agent, endpoint, context.Options);
        lock (context.Gate)
        {
            var (path, arguments) = CommandLine.ForProcess(Info.Command);
            var group = context.Processes.Start(
                new ChildStart(path, arguments, environment, sandbox.Path, sandbox.Stdout, sandbox.Stderr));
            Pid = group.Pid;
            return (group, group.Exit);
        }
    }
}
