using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>Assigns tasks to agents, and sends one ACCEPT for each agent when all tasks of a round are placed.</summary>
internal sealed class Launches(ClusterState state, CoreSettings settings, ClusterJournal journal, OfferPool offers)
{
    public void Assign(TaskRecord task, AgentSlot slot, TaskShape shape, DateTimeOffset now)
    {
        var ports = slot.Take(shape);
        var launching = task with
        {
            Phase = TaskPhase.Launching, AgentId = slot.AgentId, Host = slot.Host, Address = slot.Address, Rack = slot.Rack,
            Ports = ports, OfferIds = slot.OfferIds, LaunchedAt = now, Why = null,
        };
        state.Save(launching);
        slot.Placed.Add(launching);
        state.Timers.Cancel(TimerKind.NotBefore, task.Id);
        state.Timers.Set(TimerKind.Launch, task.Id, now + settings.LaunchTimeout);
        state.Timers.Set(TimerKind.NotStarted, task.Id, now + settings.KillIfNotRunning);
        offers.Placed(slot.AgentId);
        journal.Append(
            new TaskLaunched(state.Cluster, task.RequestId, task.DeployId, task.Id, slot.AgentId, slot.Host),
                ClusterJournal.SubjectOf(launching));
    }

    /// <param name="moreWaits">Other tasks still wait, so the rest of the offers is declined for a short time only.</param>
    public void Accept(AgentSlot slot, bool moreWaits, DateTimeOffset now)
    {
        offers.Accept(slot.OfferIds, now);
        state.Effects.Sends.Add(new Launch(
            slot.AgentId, slot.OfferIds, [.. slot.Placed.Select(t => (t, state.Deploys[t.DeployId].Spec))],
            moreWaits ? settings.ShortRefuse : settings.LongRefuse));
    }
}
