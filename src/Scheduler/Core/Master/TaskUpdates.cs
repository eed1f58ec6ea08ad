using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Agents;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;
using Pipeline.Scheduler.Core.Transitions;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Master;

/// <summary>
/// Handles task status updates. They are repeated until acknowledged, arrive out of order across tasks, and may name tasks that ended long
/// ago: none of that may do harm.
/// </summary>
internal sealed class TaskUpdates(
    ClusterState state, AgentPresence presence, Reconciler reconciler, SeenUpdates seen, UnknownTasks unknown, TaskTransitions transitions)
{
    public void Handle(TaskStatus status, DateTimeOffset now)
    {
        if (status.Uuid is not null || status.State == TaskState.Running)
            presence.Seen(status.AgentId, now);
        if (state.Tasks.TryGetValue(status.TaskId, out var task))
        {
            reconciler.Answered(status.TaskId);
            if (!seen.IsRepeated(status))
                transitions.Apply(task, status, now);
        }
        else
        {
            unknown.Report(status, now);
        }

        // The update's row commits before this is sent: see Effects. Updates without a UUID come from the master and need no
        // acknowledgement.
        if (status is { Uuid: { } uuid, AgentId: { } agent })
            state.Send(new AcknowledgeUpdate(status.TaskId, agent, uuid));
    }

    /// <summary>Updates of the tasks that the master knew there follow; the others are asked about.</summary>
    public void AgentRemoved(string agentId, DateTimeOffset now)
    {
        presence.Removed(agentId, now);
        reconciler.AskAboutTasksOn(agentId, now);
    }

    /// <summary>The master removed the framework and kills all its tasks, but tells nobody: there is no framework any more.</summary>
    public void FrameworkRemoved(DateTimeOffset now)
    {
        var launched = state.Tasks.Values.Where(t => t.Phase != TaskPhase.Pending).OrderBy(t => t.Id, StringComparer.Ordinal).ToList();
        foreach (var id in launched.ConvertAll(t => t.Id))
        {
            // What was done for one may have ended another.
            if (state.Tasks.TryGetValue(id, out var task))
                transitions.Apply(task, FailureRules.FrameworkRemoved(task, now), now);
        }
    }
}
