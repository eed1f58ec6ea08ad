using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>A bug planted around the machine: the simulation must find each of them. This one plants nothing.</summary>
internal class Plant
{
    public virtual bool ChecksEpoch => true;

    public virtual Snapshot Restores(Snapshot rows) => rows;

    public virtual MasterEvent Receives(MasterEvent said) => said;

    /// <summary>Carried out before the commit.</summary>
    public virtual bool SendsEarly(Outgoing send) => false;

    /// <summary>What the machine is told besides, some time after its sends.</summary>
    public virtual IEnumerable<(TimeSpan After, SchedulerInput Input)> Invents(IReadOnlyList<Outgoing> sends) => [];
}

internal sealed class AcknowledgesBeforeSave : Plant
{
    public override bool SendsEarly(Outgoing send) => send is Call { Message: AcknowledgeUpdate };
}

internal sealed class LaunchesBeforeSave : Plant
{
    public override bool SendsEarly(Outgoing send) => send is Launch;
}

internal sealed class UsesOffersTwice : Plant
{
    private readonly Dictionary<string, Offer> seen = new(StringComparer.Ordinal);

    public override MasterEvent Receives(MasterEvent said)
    {
        if (said is OffersReceived received)
        {
            foreach (var offer in received.Offers)
                seen[offer.Id] = offer;
        }

        return said;
    }

    public override IEnumerable<(TimeSpan After, SchedulerInput Input)> Invents(IReadOnlyList<Outgoing> sends) => sends.OfType<Launch>()
        .Select(l => (TimeSpan.Zero, (SchedulerInput)new MasterEventReceived(new OffersReceived([.. l.OfferIds.Select(id => seen[id])]))));
}

internal sealed class ForgetsKillsOnRestart : Plant
{
    public override Snapshot Restores(Snapshot rows) => rows with
    {
        Tasks = [.. rows.Tasks.Select(t => t.KillCause is null
            ? t
            : t with { KillCause = null, KillReason = null, Phase = t.Phase == TaskPhase.Killing ? TaskPhase.Running : t.Phase })],
    };
}

internal sealed class ForgetsAttemptsOnRestart : Plant
{
    public override Snapshot Restores(Snapshot rows) => rows with { Attempts = new Dictionary<(string, int), int>() };
}

/// <summary>Asked about a task, the master says nothing: taken for its end.</summary>
internal sealed class TakesSilenceForDeath : Plant
{
    private readonly HashSet<string> received = new(StringComparer.Ordinal);

    public override MasterEvent Receives(MasterEvent said)
    {
        if (said is TaskUpdated updated)
            received.Add(updated.Status.TaskId);
        return said;
    }

    public override IEnumerable<(TimeSpan After, SchedulerInput Input)> Invents(IReadOnlyList<Outgoing> sends)
    {
        foreach (var (task, agent) in sends.OfType<Call>().Select(c => c.Message).OfType<ReconcileTasks>().SelectMany(r => r.Tasks))
        {
            if (!received.Remove(task))
            {
                yield return (TimeSpan.FromSeconds(3), new MasterEventReceived(new TaskUpdated(
                    new TaskStatus(task, TaskState.Lost, agent, "SOURCE_MASTER", "REASON_RECONCILIATION", null, null, null, null, null, null))));
            }
        }
    }
}

internal sealed class WritesWithAnOldEpoch : Plant
{
    public override bool ChecksEpoch => false;
}

/// <summary>A task that starts is taken for one that runs: the old instances are killed too early.</summary>
internal sealed class TakesStartingForRunning : Plant
{
    public override MasterEvent Receives(MasterEvent said) => said is TaskUpdated { Status: { State: TaskState.Starting } status }
        ? new TaskUpdated(status with { State = TaskState.Running })
        : said;
}

internal sealed class ForgetsMachinesOnRestart : Plant
{
    public override Snapshot Restores(Snapshot rows) => rows with { Machines = [] };
}

/// <summary>The end of a task that was killed is acknowledged, and not received: it seems to be dying still.</summary>
internal sealed class DropsTheEndOfKilledTasks : Plant
{
    public override MasterEvent Receives(MasterEvent said) =>
        said is TaskUpdated { Status: { State: TaskState.Killed, Uuid: not null } status }
        ? new TaskUpdated(status with { State = TaskState.Killing })
        : said;
}
