using System.Globalization;
using Pipeline.DeployStages.Contract.Views;

namespace Pipeline.DeployStages.Core.Gates;

/// <summary>Which gates are closed, and until when.</summary>
/// <param name="Blockers">Most important first; empty when the promotion may go.</param>
/// <param name="NextLook">When time alone may change the answer; null when only an event can.</param>
public sealed record GateVerdict(IReadOnlyList<Blocker> Blockers, DateTimeOffset? NextLook)
{
    public bool Open => Blockers.Count == 0;
}

/// <summary>Decides what keeps a promotion from going on: always all reasons at once. Pure.</summary>
public static class GatePlanner
{
    // A soak is broken by what happens in another stage, so it is looked at while it runs.
    private static readonly TimeSpan SoakWatch = TimeSpan.FromSeconds(1);

    public static GateVerdict Plan(GateFacts facts, DateTimeOffset now)
    {
        var blockers = new List<Blocker>();
        if (facts.HeldReason is { } held)
            blockers.Add(new Blocker("hold", $"The release is held: {held}", null, "a person with the permission hold"));
        if (facts.SignatureProblem is { } problem)
            blockers.Add(new Blocker("signature", problem, null, null));
        if (facts.BranchProblem is { } branch)
            blockers.Add(new Blocker("branch", branch, null, "a merge"));
        Add(blockers, Before(facts, now));
        blockers.AddRange(Missing(facts, now));
        if (facts.Moving is { } moving)
        {
            blockers.Add(new Blocker(
                "slot",
                $"Waits its turn: promotion {moving.Number} of release {moving.ReleaseNumber} is {Word(moving.Phase)}"
                    + $" in {facts.Stage.Name}.",
                null, $"promotion {moving.Number}"));
        }

        return new GateVerdict(blockers, NextLook(facts, blockers, now));
    }

    private static Blocker? Before(GateFacts facts, DateTimeOffset now)
    {
        if (facts.Before is not { } before)
            return null;
        if (!before.Succeeded)
            return new Blocker("previous-stage", $"Must first succeed in {before.Name}.", null, before.Name);
        if (facts.Stage.Gates.Soak == TimeSpan.Zero)
            return null;
        if (!before.IsCurrent)
            return new Blocker(
                "soak", $"No longer runs in {before.Name}: another release took its place before the soak ended.", null, before.Name);
        if (before.HealthySince is not { } since)
            return new Blocker(
                "soak", $"Is not healthy in {before.Name}; the soak of {Length(facts.Stage.Gates.Soak)} starts again when it is.",
                null, before.Name);
        var until = since + facts.Stage.Gates.Soak;
        return until <= now
            ? null
            : new Blocker(
                "soak",
                $"Soaks in {before.Name}: healthy for {Length(facts.Stage.Gates.Soak)} at {until.UtcDateTime:HH:mm:ss} UTC.", until,
                null);
    }

    private static IEnumerable<Blocker> Missing(GateFacts facts, DateTimeOffset now)
    {
        if (facts.Stage.Gates.Approval is not { } policy)
            yield break;
        var counting = facts.Approvals.Where(a => a.Counts(policy, facts.PlanDigest, now)).ToList();
        foreach (var (group, need) in policy.Groups.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var persons = counting.Where(a => a.Groups.Contains(group)).Select(a => a.Person);
            var have = persons.Distinct(StringComparer.OrdinalIgnoreCase).Count();
            if (have < need)
                yield return new Blocker("approval", $"Waits for {group} to approve ({have} of {need}).", null, group);
        }
    }

    // Approvals that count now may expire before the other gates open: that is a moment to look too.
    private static DateTimeOffset? NextLook(GateFacts facts, List<Blocker> blockers, DateTimeOffset now)
    {
        if (blockers.Count == 0)
            return null;
        var looks = new List<DateTimeOffset>();
        if (blockers.Any(b => b.Gate == "soak") && facts.Before is { IsCurrent: true })
        {
            var end = blockers.First(b => b.Gate == "soak").EarliestAt;
            looks.Add(end < now + SoakWatch ? end.Value : now + SoakWatch);
        }

        if (facts.Stage.Gates.Approval is { } policy)
            looks.AddRange(facts.Approvals.Where(a => a.Counts(policy, facts.PlanDigest, now)).Select(a => a.At + policy.Expires));
        return looks.Count == 0 ? null : looks.Min();
    }

    private static void Add(List<Blocker> blockers, Blocker? blocker)
    {
        if (blocker is not null)
            blockers.Add(blocker);
    }

    private static string Word(PromotionPhase phase) => phase switch
    {
        PromotionPhase.Deploying => "deploying",
        PromotionPhase.Baking => "baking",
        PromotionPhase.RollingBack => "rolling back",
        PromotionPhase.Waiting or PromotionPhase.Succeeded or PromotionPhase.RolledBack or PromotionPhase.Failed
            or PromotionPhase.Rejected or PromotionPhase.Superseded => phase.ToString().ToLowerInvariant(),
    };

    private static string Length(TimeSpan time) => time switch
    {
        { TotalSeconds: < 120 } => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 120 } => time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture) + " min",
        _ => time.TotalHours.ToString("0.#", CultureInfo.InvariantCulture) + " h",
    };
}
