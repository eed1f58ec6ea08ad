using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Executors;

/// <summary>
/// An executor that may run several tasks: the default executor of task groups, or a framework's own program. The cluster's lock is
/// held in every method.
/// </summary>
internal interface IAgentExecutor
{
    string FrameworkId { get; }

    W.ExecutorInfo Info { get; }

    TaskLocation Location { get; }

    int Pid { get; }

    /// <summary>Completes when nothing of the executor is left.</summary>
    Task Completion { get; }

    /// <summary>The scheduler's SHUTDOWN.</summary>
    void Shutdown();

    /// <summary>Kills the executor at once, without a report.</summary>
    void KillSilently();

    /// <summary>Signals the executor because the agent shuts down.</summary>
    void SignalSilently(int signal);
}
