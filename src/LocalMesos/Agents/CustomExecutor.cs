using Google.Protobuf;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>A framework's own executor: a process that speaks the agent's v1 executor API (recorded in 23).</summary>
internal sealed class CustomExecutor(
    AgentContext context, AgentIdentity agent, string endpoint, TaskStart first, TaskPlace place, Action<int> ended) : IAgentExecutor
{
    // What --executor_shutdown_grace_period is by default.
    private static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(5);
    private readonly Queue<W.ExecutorEvent> waiting = new();
    private EventStream? stream;
    private ITimer? forceKill;
    private bool silent;

    public string FrameworkId => first.FrameworkId;

    public W.ExecutorInfo Info { get; } = WithFramework(first);

    public W.FrameworkInfo Framework => first.Framework;

    public TaskPlace Place => place;

    public int Pid { get; private set; }

    public bool IsSubscribed => stream is not null;

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Begin() => Completion = Task.Run(RunAsync);

    public void Subscribe(EventStream subscription, W.ExecutorEvent subscribed)
    {
        stream?.End();
        stream = subscription;
        stream.Send(subscribed);
        while (waiting.TryDequeue(out var e))
            stream.Send(e);
    }

    public void Unsubscribed(EventStream subscription)
    {
        if (stream == subscription)
            stream = null;
    }

    /// <summary>At once, or when it has subscribed.</summary>
    public void Send(W.ExecutorEvent e)
    {
        if (stream is not null)
            stream.Send(e);
        else
            waiting.Enqueue(e);
    }

    public void Shutdown()
    {
        Send(new W.ExecutorEvent { Type = W.ExecutorEvent.Types.Type.Shutdown });
        forceKill ??= context.Time.CreateTimer(_ => LibC.KillGroup(Pid, LibC.SigKill), null, ShutdownGrace, Timeout.InfiniteTimeSpan);
    }

    public void Vanish()
    {
        silent = true;
        stream?.End();
        LibC.KillGroup(Pid, LibC.SigKill);
    }

    public void EndSilently(int signal)
    {
        silent = true;
        LibC.KillGroup(Pid, signal);
    }

    private static W.ExecutorInfo WithFramework(TaskStart first)
    {
        var info = first.Info.Executor.Clone();
        info.FrameworkId = new W.FrameworkID { Value = first.FrameworkId };
        return info;
    }

    private async Task RunAsync()
    {
        var status = 1;
        try
        {
            var sandbox = Sandbox.Create(place);
            foreach (var uri in Info.Command.Uris)
                await context.Fetcher.FetchAsync(uri, sandbox, CancellationToken.None);
            status = (await Start(sandbox)).Status;
            LibC.KillGroup(Pid, LibC.SigKill);
            context.Groups.Remove(Pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FetchException)
        {
            // Like a container that could not be launched: its tasks are told below.
        }

        lock (context.Gate)
        {
            forceKill?.Dispose();
            stream?.End();
            if (!silent)
                ended(status);
        }
    }

    private Task<ChildExit> Start(Sandbox sandbox)
    {
        var environment = TaskEnvironment.OfExecutor(first, place, agent, endpoint, context.Options);
        lock (context.Gate)
        {
            var (path, arguments) = CommandLine.Of(Info.Command);
            (Pid, var exit) = context.Children.Start(
                new ChildStart(path, arguments, environment, sandbox.Path, sandbox.Stdout, sandbox.Stderr));
            context.Groups.Add(Pid);
            return exit;
        }
    }
}
