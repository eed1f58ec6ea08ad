using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>
/// One task as an agent runs it: a command of its own, a task of a custom executor, or one that only a clock runs. Its statuses go to
/// whoever created it. The cluster's lock is held in every method.
/// </summary>
internal interface ITaskRun
{
    /// <summary>The latest status, for a master that missed it; null before the first.</summary>
    W.TaskStatus? LastStatus { get; }

    bool IsRunning { get; }

    /// <summary>Completes when nothing of the task is left.</summary>
    Task Completion { get; }

    void Start();

    /// <param name="policy">Of the call; null when the task's own applies.</param>
    void Kill(TaskEndReason reason, W.KillPolicy? policy);

    /// <summary>Kills the task at once, without a status.</summary>
    void KillSilently();

    /// <summary>Signals the task because the agent shuts down; nobody is told how it ends.</summary>
    void SignalSilently(int signal);

    /// <summary>Reports the failure that an agent reports when it finds the executor gone.</summary>
    void ReportExecutorTerminated();
}
