using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Checks;

/// <summary>The checks of one task.</summary>
/// <param name="nested">True for a task of a group: each of its checks is a container of its own.</param>
internal sealed class TaskChecks(W.TaskInfo task, Probe probe, TimeProvider time, bool nested)
{
    // How long the container of a nested check takes to start (recorded in 17).
    private static readonly TimeSpan ContainerStartup = TimeSpan.FromSeconds(0.3);

    /// <summary>Runs the checks until the token is cancelled.</summary>
    public void Start(Action<bool> reportHealth, Action<W.CheckStatusInfo> reportCheck, Action kill, CancellationToken ct)
    {
        if (task.HealthCheck is { } health)
            _ = new HealthChecker(health, probe, time, nested ? ContainerStartup : TimeSpan.Zero, reportHealth, kill).RunAsync(ct);
        if (task.Check is { } check)
            _ = new GeneralChecker(check, probe, time, reportCheck).RunAsync(ct);
    }
}
