using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>
/// Tasks that agents report and the state does not hold. One that ended according to the database is killed until its end is reported; one
/// that is not in the database is left alone and announced.
/// </summary>
internal sealed class UnknownTasks(ClusterState state, CoreSettings settings)
{
    /// <summary>Tasks that should be gone and run nevertheless, with their agents.</summary>
    private readonly Dictionary<string, string?> surplus = new(StringComparer.Ordinal);
    private readonly HashSet<string> alerted = new(StringComparer.Ordinal);

    public void Report(TaskStatus status, DateTimeOffset now)
    {
        state.Effects.Statuses.Add(new TaskUpdateRow(status, status.Timestamp ?? now));
        if (status.State is TaskState.Staging or TaskState.Starting or TaskState.Running or TaskState.Killing)
        {
            if (!surplus.ContainsKey(status.TaskId))
                state.Effects.Sends.Add(new LookUp(status.TaskId, status.AgentId));
        }
        else if (status.State is not (TaskState.Unreachable or TaskState.Unknown) && surplus.Remove(status.TaskId))
        {
            state.Timers.Cancel(TimerKind.Kill, status.TaskId);
        }
    }

    /// <summary>The database was searched for it.</summary>
    public void Identify(TaskLookedUp found, DateTimeOffset now)
    {
        if (state.Tasks.ContainsKey(found.TaskId) || surplus.ContainsKey(found.TaskId))
            return;
        if (found.Known)
        {
            surplus[found.TaskId] = found.AgentId;
            KillAgain(found.TaskId, now);
        }
        else if (alerted.Add(found.TaskId))
        {
            state.Append(
                new ClusterChanged(state.Cluster, $"task {found.TaskId} runs on agent {found.AgentId} and is not known here: left alone"),
                ClusterJournal.Scheduler, new JournalSubject { Cluster = state.Cluster, TaskId = found.TaskId });
        }
    }

    /// <summary>A kill may be lost.</summary>
    public void KillAgain(string taskId, DateTimeOffset now)
    {
        if (!surplus.TryGetValue(taskId, out var agentId))
            return;
        if (state.IsConnected)
            state.Send(new KillTask(taskId, agentId, null));
        state.Timers.Set(TimerKind.Kill, taskId, now + settings.KillRetry * 2);
    }
}
