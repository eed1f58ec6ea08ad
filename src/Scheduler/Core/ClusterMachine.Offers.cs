using Pipeline.Kernel;
using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

// Offers are held while work waits, for a moment; with nothing to launch none is held and the role is suppressed.
internal sealed partial class ClusterMachine
{
    private static readonly TimeSpan SeenInterval = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<string, HeldOffer> offers = new(StringComparer.Ordinal);
    private readonly HashSet<string> refusedDeploys = new(StringComparer.Ordinal);
    private bool? suppressed;
    private bool reviveWanted;
    private volatile bool wanting;
    private DateTimeOffset? revivedAt;

    internal IReadOnlyCollection<HeldOffer> Held => offers.Values;

    private void Hold(Offer offer, DateTimeOffset now)
    {
        offers[offer.Id] = new HeldOffer(offer, now);
        var rack = HeldOffer.RackOf(offer.Attributes);
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
        var due = DueTasks(now);
        if (!Connected)
        {
            wanting = state.Pending.Count > 0;
            foreach (var task in due)
                Explain(task, $"not connected to the master: {state.Framework.Detail ?? "subscribing"}");
            return;
        }

        var unplaced = due.Count > 0 && Place(due, now);
        wanting = unplaced || due.Any(t => state.Tasks.TryGetValue(t.Id, out var left) && left.Phase == TaskPhase.Pending);
        if (wanting)
            AskForOffers(now);
        else
            GoQuiet();
        wanting = state.Pending.Count > 0;
    }

    private bool Place(List<TaskRecord> due, DateTimeOffset now)
    {
        var planner = new PlacementPlanner(offers.Values.Where(o => !LeavesSoon(o.Offer, now)), state.Spread, state.Agents.Count(a =>
            a.Value.State == AgentState.Active));
        var unplaced = false;
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

            var (slot, why) = planner.Choose(task);
            if (slot is null)
            {
                unplaced = true;
                // Without an offer there is nothing new to compare with: the last comparison says more.
                if (!planner.IsEmpty || !PlacementPlanner.IsComparison(task.Why))
                    Explain(task, why!);
            }
            else if (!IsRefused(task, now))
            {
                Assign(task, slot, now);
            }
        }

        foreach (var slot in planner.Slots.Where(s => s.Placed.Count > 0))
            Accept(slot, unplaced);
        return unplaced;
    }

    private void Assign(TaskRecord task, AgentSlot slot, DateTimeOffset now)
    {
        var ports = slot.Take(Amount.Of(task.Needs), task.Needs.Ports);
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

    private bool LeavesSoon(Offer offer, DateTimeOffset now) =>
        offer.Unavailability is { } window && window.Start <= now + settings.MaintenanceAhead
        && (window.Duration is not { } duration || now < window.Start + duration);

    private void AskForOffers(DateTimeOffset now)
    {
        if (suppressed != false || (reviveWanted && offers.Count == 0))
            Revive(now);
        var stale = offers.Values.Where(o => o.Since + settings.OfferHold <= now).Select(o => o.Offer.Id).ToList();
        Decline(stale, settings.ShortRefuse);
        if (offers.Count > 0)
            timers.Set(TimerKind.OfferHold, "", offers.Values.Min(o => o.Since) + settings.OfferHold);
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
    }

    private void GoQuiet()
    {
        reviveWanted = false;
        Decline([.. offers.Keys], settings.LongRefuse);
        if (suppressed == true)
            return;
        Send(new SuppressOffers([settings.Role]));
        suppressed = true;
    }

    private void Decline(IReadOnlyList<string> ids, TimeSpan refuse)
    {
        if (ids.Count == 0)
            return;
        foreach (var id in ids)
            offers.Remove(id);
        Send(new DeclineOffers(ids, refuse));
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
