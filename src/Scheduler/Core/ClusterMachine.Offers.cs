using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// Offers are held while work waits, for a moment; with nothing to launch none is held and the role is suppressed.
internal sealed partial class ClusterMachine
{
    private static readonly TimeSpan SeenInterval = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<string, HeldOffer> offers = new(StringComparer.Ordinal);
    private readonly HashSet<string> refusedDeploys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (HeldOffer Offer, DeclineReason Reason)> unwanted = new(StringComparer.Ordinal);

    /// <summary>By agent: how often in a row nothing fitted on what it offered.</summary>
    private readonly Dictionary<string, int> hopeless = new(StringComparer.Ordinal);
    private bool? suppressed;
    private bool offersCame;
    private bool placementDue = true;
    private bool unplaced;
    private long placedMoves = -1;
    private DateTimeOffset placedAt;
    private bool reviveWanted;
    private volatile bool wanting;
    private DateTimeOffset? revivedAt;

    internal IReadOnlyCollection<HeldOffer> Held => offers.Values;

    internal DeclineBook Declines { get; } = new();

    private void Hold(Offer offer, DateTimeOffset now)
    {
        offersCame = true;
        HeardOf(offer.AgentId, now);
        var rack = HeldOffer.RackOf(offer.Attributes);
        // What is reserved or offered to another role is not ours to use.
        if (offer.Role != settings.Role)
            unwanted[offer.Id] = (new HeldOffer(offer, now), DeclineReason.OtherRole);
        else
            offers[offer.Id] = new HeldOffer(offer, now);
        placementDue = true;
        if (offer.Unavailability is { } window)
            Plan(offer.AgentId, window, null, now);
        else
            ForgetMaintenance(offer.AgentId, now);
        var total = Amount.Of(offer.Resources) + state.UsedOn(offer.AgentId);
        if (state.Agents.TryGetValue(offer.AgentId, out var known))
        {
            total = Amount.Max(total, known.Total);
            if (known.State == AgentState.Active && known.Total == total && known.Host == offer.Hostname && known.Address == offer.Address
                && known.Url == offer.AgentUrl && known.Rack == rack && now - known.SeenAt < SeenInterval)
                return;
        }

        state.Save(new AgentRecord(
            offer.AgentId, offer.Hostname, offer.Address, offer.AgentUrl, rack, offer.Attributes, AgentState.Active, total, now));
    }

    /// <summary>Places what can be placed, then makes the offers that we hold fit the work that waits.</summary>
    private void Settle(DateTimeOffset now)
    {
        FollowAgents(now);
        GiveBackUnwanted(now);
        if (HasNews(now))
            unplaced = PlaceDue(now);
        if (!Connected)
            return;
        if (unplaced)
            AskForOffers(now);
        else
            GoQuiet(now);
    }

    // Nothing that matters for a place changed: the last pass still tells the truth, of however many tasks.
    private bool HasNews(DateTimeOffset now)
    {
        if (!placementDue && placedMoves == state.Moves && now - placedAt < settings.ReviveInterval)
            return false;
        // What this pass itself makes wait is looked at in the next.
        (placementDue, placedAt, placedMoves) = (false, now, state.Moves);
        return true;
    }

    /// <returns>Something waits that an offer could help.</returns>
    private bool PlaceDue(DateTimeOffset now)
    {
        var due = DueTasks(now);
        var left = false;
        if (Connected)
        {
            left = due.Count > 0 && Place(due, now);
            ForgetReasons();
        }
        else
            ExplainSilence(due, now);

        wanting = state.Pending.Count > 0;
        return left;
    }

    private bool Place(List<TaskRecord> due, DateTimeOffset now)
    {
        var planner = new PlacementPlanner(offers.Values, state, settings, now);
        var waiting = new Dictionary<string, (Shape Shape, List<TaskRecord> Tasks)>(StringComparer.Ordinal);
        foreach (var task in due)
        {
            // A deploy that was refused in this pass has lost its tasks.
            if (!state.Tasks.ContainsKey(task.Id))
                continue;
            Hearing = task.Id;
            if (OverQuota(task) is { } full)
            {
                Explain(task, full);
                continue;
            }

            var shape = ShapeOf(task);
            if (planner.Choose(shape) is not { } slot)
            {
                if (!waiting.TryGetValue(shape.Key, out var group))
                    waiting[shape.Key] = group = (shape, []);
                group.Tasks.Add(task);
            }
            else if (!IsRefused(task, now))
            {
                Assign(task, slot, shape, now);
                planner.Placed(shape, slot);
            }
        }

        foreach (var (shape, tasks) in waiting.Values)
            Explain(shape, tasks, planner, now);
        foreach (var slot in planner.Slots.Where(s => s.Placed.Count > 0))
            Accept(slot, waiting.Count > 0);
        return waiting.Count > 0;
    }

    private void Assign(TaskRecord task, AgentSlot slot, Shape shape, DateTimeOffset now)
    {
        var ports = slot.Take(shape);
        var launching = task with
        {
            Phase = TaskPhase.Launching, AgentId = slot.AgentId, Host = slot.Host, Address = slot.Address, Rack = slot.Rack,
            Ports = ports, OfferIds = slot.OfferIds, LaunchedAt = now, Why = null,
        };
        state.Save(launching);
        slot.Placed.Add(launching);
        timers.Cancel(TimerKind.NotBefore, task.Id);
        timers.Set(TimerKind.Launch, task.Id, now + settings.LaunchTimeout);
        timers.Set(TimerKind.NotStarted, task.Id, now + settings.KillIfNotRunning);
        hopeless.Remove(slot.AgentId);
        state.Append(
            new TaskLaunched(settings.Cluster, task.RequestId, task.DeployId, task.Id, slot.AgentId, slot.Host), Self,
                SubjectOf(launching));
    }

    private void Accept(AgentSlot slot, bool moreWaits)
    {
        foreach (var id in slot.OfferIds)
            offers.Remove(id);
        state.Effects.Sends.Add(new Launch(
            slot.AgentId, slot.OfferIds, [.. slot.Placed.Select(t => (t, state.Deploys[t.DeployId].Spec))],
            moreWaits ? settings.ShortRefuse : settings.LongRefuse));
    }

    private bool IsRefused(TaskRecord task, DateTimeOffset now)
    {
        var deploy = state.Deploys[task.DeployId];
        if (deploy.Spec.Trust is not { } expected || trust(deploy.Spec, now) is not { } violation)
            return false;
        if (refusedDeploys.Add(deploy.Id))
        {
            state.Append(
                new SecurityEventRaised(expected.Artifact, expected.Release, settings.Cluster, task.Id, violation.Code, violation.Detail),
                Self, SubjectOf(task));
        }

        var reason = $"{violation.Code}: {violation.Detail}";
        if (deploy is { State: DeployState.Deploying, KeepsRunning: true })
            GiveUp(deploy, new Verdict(DeployFailure.Security, FailureClass.Security, reason), now);
        else
            End(task, new TaskEnd(TaskPhase.Failed, Outcome.Failed, FailureClass.Security, null, $"not launched, {reason}"), now);
        return true;
    }

    private void Explain(TaskRecord task, string why)
    {
        if (task.Why != why)
            state.Save(task with { Why = why });
    }

    /// <summary>Offers that can serve nobody: of another role, or of agents that get nothing new.</summary>
    private void GiveBackUnwanted(DateTimeOffset now)
    {
        foreach (var held in offers.Values)
        {
            if (state.Machines.StateOf(held.Offer.Hostname, held.Rack) != MachineState.Active)
                unwanted[held.Offer.Id] = (held, DeclineReason.AgentWithheld);
        }

        foreach (var group in unwanted.Values.GroupBy(u => u.Reason).OrderBy(g => g.Key))
            Decline([.. group.Select(u => u.Offer)], group.Key, settings.LongRefuse, now);
        unwanted.Clear();
    }

    private void AskForOffers(DateTimeOffset now)
    {
        if (suppressed != false || (reviveWanted && offers.Count == 0))
            Revive(now);
        var stale = offers.Values.Where(o => o.Since + settings.OfferHold <= now).ToList();
        foreach (var refusal in stale.GroupBy(o => Hopelessness(o.Offer.AgentId)).OrderBy(g => g.Key))
            Decline([.. refusal], DeclineReason.NothingFits, refusal.Key, now);
        if (offers.Count > 0)
            timers.Set(TimerKind.OfferHold, "", offers.Values.Min(o => o.Since) + settings.OfferHold);
    }

    /// <summary>
    /// Nothing that waits fits on what the agent offers: each time it is refused for longer, so that others get it. The master offers it
    /// again before that when more of it is free, and new work revives all.
    /// </summary>
    private TimeSpan Hopelessness(string agentId)
    {
        var times = hopeless[agentId] = hopeless.GetValueOrDefault(agentId) + 1;
        var refuse = settings.ShortRefuse * Math.Pow(2, Math.Min(times - 1, 16));
        return refuse < settings.LongestHopelessRefuse ? refuse : settings.LongestHopelessRefuse;
    }

    private void Revive(DateTimeOffset now)
    {
        if (revivedAt is { } last && now < last + settings.ReviveInterval)
        {
            timers.Set(TimerKind.Revive, "", last + settings.ReviveInterval);
            return;
        }

        Send(new ReviveOffers([settings.Role]));
        (revivedAt, suppressed, reviveWanted) = (now, false, false);
        hopeless.Clear();
    }

    private void GoQuiet(DateTimeOffset now)
    {
        reviveWanted = false;
        Decline([.. offers.Values], DeclineReason.NothingWaits, settings.LongRefuse, now);
        if (suppressed == true)
            return;
        Send(new SuppressOffers([settings.Role]));
        suppressed = true;
    }

    private void Decline(IReadOnlyList<HeldOffer> given, DeclineReason reason, TimeSpan refuse, DateTimeOffset now)
    {
        if (given.Count == 0)
            return;
        foreach (var held in given)
        {
            if (offers.Remove(held.Offer.Id))
                declined[held.Offer.AgentId] = refuse;
            Declines.Add(new DeclinedOffer(held, reason, refuse, now));
        }

        state.Effects.Declines.Add((reason, given.Count));
        Send(new DeclineOffers([.. given.Select(h => h.Offer.Id)], refuse));
    }

    /// <summary>The call did not arrive. What matters is repeated by its timer; a launch is asked about soon.</summary>
    private void Failed(MasterCall call, DateTimeOffset now)
    {
        switch (call)
        {
            case AcceptOffers accept:
                foreach (var task in accept.Tasks.Where(t =>
                    state.Tasks.TryGetValue(t.TaskId, out var held) && held.Phase == TaskPhase.Launching))
                    timers.Set(TimerKind.Launch, task.TaskId, now + settings.KillRetry);
                break;
            case ReviveOffers:
                reviveWanted = true;
                timers.Set(TimerKind.Revive, "", now + settings.ReviveInterval);
                break;
        }
    }
}
