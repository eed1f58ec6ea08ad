using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// What runs more than one task: the default executor of a task group (<see cref="GroupExecutor"/>) or a framework's own program
/// (<see cref="CustomExecutor"/>). The cluster's lock is held in every method.
/// </summary>
internal interface IAgentExecutor
{
    string FrameworkId { get; }

    W.ExecutorInfo Info { get; }

    TaskPlace Place { get; }

    int Pid { get; }

    Task Completion { get; }

    /// <summary>The scheduler's SHUTDOWN.</summary>
    void Shutdown();

    void Vanish();

    void EndSilently(int signal);
}

/// <summary>The default executor: its tasks are processes of their own, and it ends with the last of them (recorded in 17).</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The timer ends by itself, or with Vanish.")]
internal sealed class GroupExecutor(string frameworkId, W.ExecutorInfo info, TaskPlace place, Action shutdown) : IAgentExecutor
{
    public string FrameworkId => frameworkId;

    public W.ExecutorInfo Info => info;

    public TaskPlace Place => place;

    public int Pid => System.Environment.ProcessId;

    public Task Completion => Task.CompletedTask;

    public void Shutdown() => shutdown();

    // A real one takes a moment to end, in which it still shows in offers.
    private static readonly TimeSpan Lingers = TimeSpan.FromSeconds(0.4);
    private ITimer? lingering;

    public void Linger(TimeProvider time, Action end)
    {
        lingering?.Dispose();
        lingering = time.CreateTimer(_ => end(), null, Lingers, Timeout.InfiniteTimeSpan);
    }

    public void Vanish()
    {
        lingering?.Dispose();
        // It has no process of its own; its tasks are ended one by one.
    }

    public void EndSilently(int signal)
    {
        // As above.
    }
}
