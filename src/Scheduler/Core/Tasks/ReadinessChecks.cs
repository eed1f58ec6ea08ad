using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>The readiness checks under way, with their results so far. Probing and deciding is done elsewhere.</summary>
internal sealed class ReadinessChecks(ClusterState state)
{
    private readonly Dictionary<string, ReadinessCheck> checks = new(StringComparer.Ordinal);

    public ReadinessCheck? Find(string taskId) => checks.GetValueOrDefault(taskId);

    public void Save(string taskId, ReadinessCheck check) => checks[taskId] = check;

    public void Begin(string taskId, Readiness readiness, DateTimeOffset at)
    {
        checks[taskId] = ReadinessCheck.None;
        state.Timers.Set(TimerKind.Startup, taskId, at + readiness.Startup);
        state.Timers.Set(TimerKind.Probe, taskId, at);
    }

    /// <summary>The task has ended, and its timers with it.</summary>
    public void Forget(string taskId) => checks.Remove(taskId);

    /// <summary>Nobody waits for the task to become healthy any more.</summary>
    public void Stop(string taskId)
    {
        checks.Remove(taskId);
        state.Timers.Cancel(TimerKind.Startup, taskId);
        state.Timers.Cancel(TimerKind.Probe, taskId);
        state.Timers.Cancel(TimerKind.Settled, taskId);
        state.Timers.Cancel(TimerKind.NotStarted, taskId);
    }
}

/// <param name="Bad">Tries that were answered, but not well.</param>
/// <param name="Since">When the first success of the row was.</param>
internal sealed record ReadinessCheck(int Tries, int Bad, int InRow, DateTimeOffset? Since)
{
    public static readonly ReadinessCheck None = new(0, 0, 0, null);
}
