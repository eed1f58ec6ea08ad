using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Simulation.Commands;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>A rule was broken; the message says which, and the simulator adds the seed.</summary>
internal sealed class InvariantBroken(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What holds after every step, whatever happened. Looks at what changed, so that a step stays cheap.</summary>
internal sealed class Invariants
{
    public const string LaunchedTwice = "no task is launched twice";
    public const string Overcommitted = "no offer is overcommitted";
    public const string OfferUsedTwice = "an offer is used once";
    public const string Lost = "no task is lost: its end was heard, or its agent was";
    public const string Invented = "nothing runs before the agents say so";
    public const string EndedChanges = "an ended task never changes";
    public const string EndsOnce = "a run ends once";
    public const string OneAttempt = "a live run has one live attempt, an ended one none";
    public const string AllInstances = "a live deploy has each of its instances";
    public const string Floor = "old capacity stays until the new is proven";
    public const string AcknowledgedEarly = "nothing is acknowledged before it is durable";
    public const string LaunchedEarly = "nothing is launched before it is durable";
    public const string KilledEarly = "nothing is killed before the reason is durable";
    public const string NotThere = "nothing is launched on an agent that is frozen, draining or decommissioned";
    public const string InMaintenance = "nothing is launched on an agent whose maintenance is near";
    public const string EndForgotten = "the end of a task is in its row when it is acknowledged";
    public const string OldEpoch = "no write with an old epoch";

    private readonly HashSet<string> reached = new(StringComparer.Ordinal);
    private readonly HashSet<string> ended = new(StringComparer.Ordinal);
    private readonly HashSet<string> ran = new(StringComparer.Ordinal);
    private readonly HashSet<string> usedOffers = new(StringComparer.Ordinal);
    private readonly HashSet<(string Task, string Uuid)> reportedEnds = [];
    private readonly Dictionary<string, TaskFinished> finals = new(StringComparer.Ordinal);

    /// <summary>False: only counted, for a history that is recorded for its effects.</summary>
    public bool IsOn { get; init; } = true;

    public int Finals => finals.Count;

    public int Launches => reached.Count;

    public void Holds(bool rule, string broken)
    {
        if (!rule && IsOn)
            throw new InvariantBroken(broken);
    }

    /// <summary>The master took a launch of this task.</summary>
    public void LaunchReached(string taskId) => Holds(reached.Add(taskId), $"{LaunchedTwice}: {taskId}");

    public void MasterEventReceived(string taskId, TaskState state)
    {
        if (state == TaskState.Running)
            ran.Add(taskId);
        else if (state is not (TaskState.Staging or TaskState.Starting or TaskState.Killing))
            ended.Add(taskId);
    }

    /// <summary>An agent says that a task is over; it says so until that is acknowledged.</summary>
    public void EndReported(string taskId, byte[] uuid) => reportedEnds.Add((taskId, Convert.ToHexString(uuid)));

    /// <summary>A commit that is about to become durable.</summary>
    public void Writes(long epoch, long leading) => Holds(epoch == leading, $"{OldEpoch}: {epoch} writes while {leading} leads");

    /// <param name="before">What was durable before; gets the effects applied here.</param>
    /// <param name="one">The step heard one thing at most: between two of them more may have happened than its rows show.</param>
    public void Commit(Ledger before, Effects effects, bool one)
    {
        var retired = one ? Retired(before, effects).ToDictionary(r => r, before.HealthyOf, StringComparer.Ordinal) : [];
        var cleared = Cleared(before, effects);
        foreach (var row in effects.Tasks.Values)
            Changes(before.Tasks.GetValueOrDefault(row.Id), row);
        var launched = effects.Tasks.Values
            .Where(row => row.LaunchedAt is not null && before.Tasks.GetValueOrDefault(row.Id)?.LaunchedAt is null).ToList();
        before.Apply(effects);
        foreach (var row in launched)
            Holds(before.StateOf(row.Host!, row.Rack ?? "") == MachineState.Active, $"{NotThere}: {row.Id} on {row.Host}");
        foreach (var (request, healthy) in retired)
        {
            if (before.Requests[request] is { State: RequestState.Active, ActiveDeploy: { } force }
                && PolicyCommands.Floor(before.Deploys[force], before) is { } floor)
                Holds(
                    before.HealthyOf(request) + cleared.GetValueOrDefault(request) >= Math.Min(floor, healthy),
                    $"{Floor}: {request} has {before.HealthyOf(request)} healthy of {floor}: {before.Show(request)}");
        }

        foreach (var end in effects.Events.Select(e => e.Event).OfType<TaskFinished>())
        {
            if (end.Final && before.Deploys[end.DeployId].Spec.Kind == RequestKind.RunOnce)
                Holds(finals.TryAdd(end.DeployId, end), $"{EndsOnce}: {end} after {finals[end.DeployId]}, {effects.Events.Count} events");
        }

        foreach (var deploy in effects.Deploys.Keys.Concat(effects.Tasks.Values.Select(t => t.DeployId)).Distinct(StringComparer.Ordinal))
            Complete(before, before.Deploys[deploy]);
    }

    /// <summary>A send is carried out, after its commit.</summary>
    public void Sends(Ledger durable, Outgoing send)
    {
        switch (send)
        {
            case Launch launch:
                foreach (var (task, _) in launch.Tasks)
                    Holds(durable.Tasks.TryGetValue(task.Id, out var row) && row.Phase != TaskPhase.Pending, $"{LaunchedEarly}: {task.Id}");
                foreach (var offer in launch.OfferIds)
                    Holds(usedOffers.Add(offer), $"{OfferUsedTwice}: {offer}");
                break;
            case Call { Message: AcknowledgeUpdate ack }:
                Holds(durable.Statuses.Contains((ack.TaskId, Convert.ToHexString(ack.Uuid))), $"{AcknowledgedEarly}: of {ack.TaskId}");
                Holds(!reportedEnds.Contains((ack.TaskId, Convert.ToHexString(ack.Uuid))) || durable.Tasks[ack.TaskId] is { IsLive: false },
                    $"{EndForgotten}: {ack.TaskId}");
                break;
            case Call { Message: KillTask kill }:
                Holds(
                    durable.Tasks.TryGetValue(kill.TaskId, out var killed) && (killed.KillCause is not null || !killed.IsLive),
                    $"{KilledEarly}: {kill.TaskId}");
                break;
        }
    }

    private void Changes(TaskRecord? before, TaskRecord row)
    {
        Holds(before is null || before.IsLive, $"{EndedChanges}: {row.Id}");
        if (!row.IsLive && row.LaunchedAt is not null)
            Holds(ended.Contains(row.Id), $"{Lost}: {row.Id}");
        if (row.RunningAt is not null && before?.RunningAt is null)
            Holds(ran.Contains(row.Id), $"{Invented}: {row.Id}");
    }

    private void Complete(Ledger durable, Deploy deploy)
    {
        var live = durable.LiveOf(deploy.Id);
        if (deploy.Spec.Kind == RequestKind.RunOnce)
            Holds(live.Count == (deploy.IsLive ? 1 : 0), $"{OneAttempt}: {deploy.Id} has {live.Count}");
        else if (deploy.IsLive && SimulatedCommands.Expects(deploy, durable) is { } expected)
            Holds(live.Where(t => t.FillsPlace).Select(t => t.Instance).Distinct().Count() == expected,
                $"{AllInstances}: {deploy.Id} is {deploy.State} and has {live.Count(t => t.FillsPlace)} of {expected}");
    }

    /// <summary>By request: healthy instances that an agent's time to be empty ended in this step. What was retired before them in the
    /// same step could not know.</summary>
    private static Dictionary<string, int> Cleared(Ledger before, Effects effects) =>
        effects.Tasks.Values.Where(row => row.KillCause == KillCause.Machine && before.Tasks.TryGetValue(row.Id, out var was)
                && was is { IsHealthy: true, KillCause: null })
            .CountBy(row => row.RequestId, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    /// <summary>Requests of which something healthy was retired that was in force, and not because fewer are wanted.</summary>
    private static IEnumerable<string> Retired(Ledger before, Effects effects) =>
        effects.Tasks.Values.Where(row => row.KillCause == KillCause.Retired && before.Tasks.TryGetValue(row.Id, out var was)
                && was is { IsHealthy: true, KillCause: null } && before.Requests[row.RequestId].ActiveDeploy == row.DeployId)
            .GroupBy(row => row.RequestId)
            .Where(g => !effects.Requests.TryGetValue(g.Key, out var now) || now.Overrides.Scale == before.Requests[g.Key].Overrides.Scale)
            .Where(g => g.All(row => row.KillReason?.EndsWith("instances are wanted", StringComparison.Ordinal) != true))
            .Select(g => g.Key);
}
