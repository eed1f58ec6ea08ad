using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// One task as an agent runs it: a process of its own (<see cref="TaskRun"/>), or a task of a custom executor
/// (<see cref="ExecutorTask"/>). What it becomes is reported to whoever made it. The cluster's lock is held in every method.
/// </summary>
internal interface ITaskRun
{
    TaskStart Start { get; }

    /// <summary>The last report, for a master that missed it.</summary>
    W.TaskStatus? LastStatus { get; }

    bool IsRunning { get; }

    /// <summary>Over when nothing of the task is left.</summary>
    Task Completion { get; }

    void Begin();

    /// <param name="policy">Of the call; null when the task's own counts.</param>
    void Kill(TaskEnd why, W.KillPolicy? policy);

    /// <summary>Ends at once and says nothing of it.</summary>
    void Vanish();

    /// <summary>The agent is going: the task gets the signal, but nobody is told.</summary>
    void EndSilently(int signal);

    /// <summary>Said by an agent that found the executor gone.</summary>
    void ReportExecutorGone();
}

/// <summary>Why a task ends.</summary>
internal enum TaskEnd
{
    ByItself,
    Killed,
    Unhealthy,
    TookTooLong,
}
