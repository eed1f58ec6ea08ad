using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>A task of a custom executor, which decides what becomes of it.</summary>
internal sealed class ExecutorTask(CustomExecutor executor, TaskStart start, StatusReporter status) : ITaskRun
{
    public TaskStart Start => start;

    public W.TaskStatus? LastStatus => status.Last;

    public bool IsRunning => !status.State.IsTerminal();

    public Task Completion => executor.Completion;

    public void Begin()
    {
        var task = start.Info.Clone();
        task.Executor = executor.Info;
        executor.Send(new W.ExecutorEvent
        {
            Type = W.ExecutorEvent.Types.Type.Launch, Launch = new W.ExecutorEvent.Types.Launch { Task = task },
        });
    }

    /// <summary>What the executor says of it.</summary>
    public void Update(W.TaskStatus update)
    {
        status.Pid = executor.Pid;
        status.Pass(update);
    }

    public void Kill(TaskEnd why, W.KillPolicy? policy) => executor.Send(new W.ExecutorEvent
    {
        Type = W.ExecutorEvent.Types.Type.Kill, Kill = new W.ExecutorEvent.Types.Kill { TaskId = start.Info.TaskId, KillPolicy = policy },
    });

    public void Vanish() => status.IsSilent = true;

    public void EndSilently(int signal)
    {
        status.IsSilent = true;
        if (signal == LibC.SigKill)
            executor.EndSilently(signal);
    }

    public void ReportExecutorGone() => status.Report(
        W.TaskState.TaskFailed, W.TaskStatus.Types.Source.Agent, "Executor terminated", W.TaskStatus.Types.Reason.ExecutorTerminated);
}
