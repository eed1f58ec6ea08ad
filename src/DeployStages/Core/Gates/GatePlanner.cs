using System.Globalization;
using Pipeline.DeployStages.Contract;

namespace Pipeline.DeployStages.Core.Gates;

/// <summary>Which gates are closed, and until when.</summary>
/// <param name="Blockers">The most important first; empty when the promotion may start.</param>
/// <param name="NextLook">When time alone may change the answer; null when only an event can.</param>
internal sealed record GateVerdict(IReadOnlyList<Blocker> Blockers, DateTimeOffset? NextLook)
{
    /// <summary>Nothing blocks the promotion.</summary>
    public bool Open => Blockers.Count == 0;
}

/// <summary>Decides why a promotion has to wait: always every reason at once. Pure.</summary>
internal static class GatePlanner
{
    /// <summary>How often a soak is checked: what happens in another stage breaks it.</summary>
    public static readonly TimeSpan SoakWatch = TimeSpan.FromSeconds(1);

    /// <summary>The gates as of <paramref name="now"/>.</summary>
    public static GateVerdict Plan(GateFacts facts, DateTimeOffset now)
    {
        var blockers = new List<Blocker>();
        if (facts.HeldReason is { } held)
            blockers.Add(new Blocker("hold", $"The release is held: {held}", null, "anyone with the permission hold"));
        if (facts.SignatureProblem is { } problem)
            blockers.Add(new Blocker("signature", problem, null, null));
        blockers.AddRange(facts.Alarms.Select(a => new Blocker("signature", a, null, null)));
        if (facts.BranchProblem is { } branch)
            blockers.Add(new Blocker("branch", branch, null, "a merge"));
        blockers.AddRange(facts.RouteProblems.Select(
            r => new Blocker("route", r, null, "another route, or anyone with the permission operate")));
        if (Before(facts, now) is { } before)
            blockers.Add(before);
        blockers.AddRange(MissingApprovals(facts, now));
        if (facts.Moving is { } moving)
            blockers.Add(TakenSlot(moving, facts.Stage.Name));
        return new GateVerdict(blockers, NextLook(facts, blockers, now));
    }

    private static Blocker? Before(GateFacts facts, DateTimeOffset now)
    {
        if (facts.Before is not { } before)
            return null;
        if (!before.Succeeded)
            return new Blocker("previous-stage", $"The release must succeed in {before.Name} first.", null, before.Name);
        return facts.Stage.Gates.Soak == TimeSpan.Zero ? null : Soak(before, facts.Stage.Gates.Soak, now);
    }

    private static Blocker? Soak(StageBefore before, TimeSpan soak, DateTimeOffset now)
    {
        if (!before.IsCurrent)
            return new Blocker(
                "soak", $"No longer running in {before.Name}: another release replaced it before the soak ended.", null, before.Name);
        if (before.HealthySince is not { } since)
            return new Blocker(
                "soak", $"Not healthy in {before.Name}; the soak of {Length(soak)} restarts when it is.", null, before.Name);
        var until = since + soak;
        return until <= now
            ? null
            : new Blocker("soak", $"Soaking in {before.Name} for {Length(soak)}, until {until.UtcDateTime:HH:mm:ss} UTC.", until, null);
    }

    private static IEnumerable<Blocker> MissingApprovals(GateFacts facts, DateTimeOffset now)
    {
        if (facts.Stage.Gates.Approval is not { } policy)
            yield break;
        var counting = facts.Approvals.Where(a => a.Counts(policy, facts.PlanDigest, now)).ToList();
        foreach (var (group, need) in policy.Groups.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var persons = counting.Where(a => a.Groups.Contains(group)).Select(a => a.Person);
            var have = persons.Distinct(StringComparer.OrdinalIgnoreCase).Count();
            if (have < need)
                yield return new Blocker("approval", $"Waiting for approval by {group} ({have} of {need}).", null, group);
        }
    }

    private static Blocker TakenSlot(PromotionInSlot moving, string stage) => new(
        "slot", $"Waiting for promotion {moving.Number} (release {moving.ReleaseNumber}), which is {moving.Phase.ToWords()} in {stage}.",
        null, $"promotion {moving.Number}");

    // Approvals that count now may expire before the other gates open: that moment changes the answer too.
    private static DateTimeOffset? NextLook(GateFacts facts, List<Blocker> blockers, DateTimeOffset now)
    {
        if (blockers.Count == 0)
            return null;
        var looks = new List<DateTimeOffset>();
        if (facts.Before is { IsCurrent: true } && blockers.Find(b => b.Gate == "soak") is { } soak)
            looks.Add(soak.EarliestAt < now + SoakWatch ? soak.EarliestAt.Value : now + SoakWatch);
        if (facts.Stage.Gates.Approval is { } policy)
            looks.AddRange(facts.Approvals.Where(a => a.Counts(policy, facts.PlanDigest, now)).Select(a => a.At + policy.Expires));
        return looks.Count == 0 ? null : looks.Min();
    }

    private static string Length(TimeSpan time) => time switch
    {
        { TotalSeconds: < 120 } => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 120 } => time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture) + " min",
        _ => time.TotalHours.ToString("0.#", CultureInfo.InvariantCulture) + " h",
    };
}
