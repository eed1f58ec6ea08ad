using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Executors;

/// <summary>A task of a custom executor, which decides what becomes of it.</summary>
internal sealed class ExecutorTask(CustomExecutor executor, TaskLaunch launch, StatusReporter status) : ITaskRun
{
    public W.TaskStatus? LastStatus => status.Last;

    public bool IsRunning => !status.IsTerminal;

    public Task Completion => executor.Completion;

    public void Start()
    {
        var task = launch.Info.Clone();
        task.Executor = executor.Info;
        executor.Send(new W.ExecutorEvent
        {
            Type = W.ExecutorEvent.Types.Type.Launch, Launch = new W.ExecutorEvent.Types.Launch { Task = task },
        });
    }

    /// <summary>The executor's UPDATE.</summary>
    public void Update(W.TaskStatus update)
    {
        status.Pid = executor.Pid;
        status.Forward(update);
    }

    public void Kill(TaskEndReason reason, W.KillPolicy? policy) => executor.Send(new W.ExecutorEvent
    {
        Type = W.ExecutorEvent.Types.Type.Kill,
        Kill = new W.ExecutorEvent.Types.Kill { TaskId = launch.Info.TaskId, KillPolicy = policy },
    });

    public void KillSilently() => status.IsSilent = true;

    public void SignalSilently(int signal)
    {
        status.IsSilent = true;
        if (signal == LibC.SigKill)
            executor.SignalSilently(signal);
    }

    public void ReportExecutorTerminated() => status.ReportExecutorTerminated();
}
