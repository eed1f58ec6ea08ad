using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Executors;

/// <summary>
/// The default executor of task groups (recorded in 17). It has no process here: its tasks are processes of their own, and it ends with the
/// last of them.
/// </summary>
/// <param name="shutdown">Kills its tasks.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The timer fires once, or is disposed by KillSilently.")]
internal sealed class DefaultExecutor(string frameworkId, W.ExecutorInfo info, TaskLocation location, Action shutdown) : IAgentExecutor
{
    // A real one takes a moment to end, during which offers still list it.
    private static readonly TimeSpan ExitDelay = TimeSpan.FromSeconds(0.4);
    private ITimer? exit;

    public string FrameworkId => frameworkId;

    public W.ExecutorInfo Info => info;

    public TaskLocation Location => location;

    public int Pid => System.Environment.ProcessId;

    public Task Completion => Task.CompletedTask;

    public void Shutdown() => shutdown();

    /// <summary>Calls <paramref name="ended"/> after the time that a real executor takes to exit.</summary>
    public void ExitLater(TimeProvider time, Action ended)
    {
        exit?.Dispose();
        exit = time.CreateTimer(_ => ended(), null, ExitDelay, Timeout.InfiniteTimeSpan);
    }

    public void KillSilently() => exit?.Dispose();

    public void SignalSilently(int signal)
    {
        // Its tasks are signalled one by one.
    }
}
