using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>How many instances of a rolling deploy should run, and what its groups mean.</summary>
internal static class RolloutRules
{
    public static bool IsLastGroup(Deploy deploy, int wanted) =>
        deploy.Progress.Step >= deploy.Spec.Options.Rollout.Groups.Count || TargetOf(deploy, wanted) >= wanted;

    /// <summary>Instances up to and with the current group. Groups never shrink: a share below the one before counts as that.</summary>
    public static int TargetOf(Deploy deploy, int wanted)
    {
        var groups = deploy.Spec.Options.Rollout.Groups;
        if (deploy.Progress.Step >= groups.Count)
            return wanted;
        var target = 0;
        for (var i = 0; i <= deploy.Progress.Step; i++)
            target = Math.Max(target, groups[i].Of(wanted));
        return Math.Min(target, wanted);
    }

    public static TimeSpan? BudgetOf(Deploy deploy) => deploy.Spec.Options.Rollout.StepBudget ?? deploy.Spec.Budget;

    public static DateTimeOffset StepSince(Deploy deploy) => deploy.Progress.StepSince ?? deploy.CreatedAt;

    /// <summary>May the next group start, or, after the last, the old deploy leave?</summary>
    public static bool IsAccepted(Deploy deploy, bool last, DateTimeOffset now) => deploy.Spec.Options.Rollout.Acceptance switch
    {
        Acceptance.Automatic => true,
        Acceptance.Timed => last || now >= deploy.Progress.HealthyAt + deploy.Spec.Options.Rollout.Pause,
        Acceptance.Manual => last || deploy.Progress.Accepted,
        Acceptance.Checked => deploy.Progress.Accepted,
    };
}
