using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel.Yaml;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.DeployStages.Policy;

/// <summary>From what was written to what it means. Every rule that a stage breaks becomes a problem.</summary>
internal static class PolicyValidator
{
    private const int MostPersons = 20;
    private const int LongestBranch = 250;
    private static readonly TimeSpan DefaultExpiry = TimeSpan.FromHours(72);

    /// <param name="clusters">Names that a stage may use; null when they are not known.</param>
    /// <returns>A policy that is only worth something when there are no problems.</returns>
    public static PromotionPolicy Validate(PolicyConfig config, IReadOnlySet<string>? clusters, DefinitionProblems problems)
    {
        StageOrder.Check(config, problems);
        var shared = config.Stages.GroupBy(s => s.Cluster?.Text ?? "").Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        return new PromotionPolicy([.. config.Stages.Select(stage => ToModel(stage, clusters, shared, problems))]);
    }

    private static StagePolicy ToModel(
        StageConfig stage, IReadOnlySet<string>? clusters, HashSet<string> shared, DefinitionProblems problems)
    {
        CheckCluster(stage, clusters, problems);
        if (stage.Soak is { } soak && stage.After is null)
            problems.Add(soak, "'soak' needs 'after': it is the time in the stage before.", "add after: STAGE or remove the soak");
        if (stage.Signature is { Text: not "required" } signature)
            problems.Add(
                signature, $"'{signature.Text}' is not a value of 'signature'.",
                "write signature: required; it cannot be switched off");
        return new StagePolicy(
            stage.Name?.Text ?? "",
            stage.Cluster?.Text ?? "",
            PolicyValues.OneOf(stage.Promote, "promote", PromoteMode.Automatic, problems),
            stage.After?.Text,
            new GatePolicy(PolicyValues.Duration(stage.Soak, "soak", TimeSpan.Zero, problems), Approval(stage.Approval, problems)),
            PolicyValues.Duration(stage.Bake, "bake", TimeSpan.Zero, problems),
            PolicyValues.OneOf(stage.OnFailure, "on_failure", OnFailure.Rollback, problems),
            PolicyValues.Positive(stage.Budget, "budget", StagePolicy.DefaultBudget, problems),
            stage.At.Line)
        {
            SharesCluster = shared.Contains(stage.Cluster?.Text ?? ""),
            Branches = Branches(stage, problems),
            Rollout = Strategy(stage.Strategy, problems),
        };
    }

    private static Scheduler.Contract.Deploys.Rollout Strategy(StrategyConfig? strategy, DefinitionProblems problems)
    {
        if (strategy is null)
            return new Scheduler.Contract.Deploys.Rollout();
        if (strategy is { Pause: { } pause, Canary.Count: 0 })
            problems.Add(
                pause, "'pause' needs 'canary': it is the time between its groups.", "add canary: [1, 25%, 100%] or remove the pause");
        var time = PolicyValues.Duration(strategy.Pause, "pause", TimeSpan.Zero, problems);
        return new Scheduler.Contract.Deploys.Rollout(time > TimeSpan.Zero ? Acceptance.Timed : Acceptance.Automatic, time)
        {
            Groups = [.. strategy.Canary.Select(written => ShareOf(written, problems)).OfType<Share>()],
        };
    }

    private static Share? ShareOf(YamlScalar written, DefinitionProblems problems)
    {
        var percent = written.Text.EndsWith('%');
        if (PolicyValues.Number(percent ? written.Text[..^1] : written.Text, 1, percent ? 100 : 10_000) is { } value)
            return new Share(value, percent);
        problems.Add(written, $"'{written.Text}' is not a number of instances.", "write a number from 1, or a share such as 25%");
        return null;
    }

    private static void CheckCluster(StageConfig stage, IReadOnlySet<string>? clusters, DefinitionProblems problems)
    {
        if (stage.Cluster is not { } cluster)
            problems.Add(stage.At, $"Stage '{stage.Name?.Text}' names no cluster.", "add cluster: NAME");
        else if (clusters is not null && !clusters.Contains(cluster.Text))
            problems.Add(
                cluster, $"Cluster '{cluster.Text}' is not configured.", $"the clusters are {string.Join(", ", clusters.Order())}");
    }

    private static IReadOnlyList<string>? Branches(StageConfig stage, DefinitionProblems problems)
    {
        if (stage.Branches is not { } branches)
            return null;
        if (branches.Count == 0)
            problems.Add(stage.At, "'branches' names no branch.", "write branches: [default], or remove the key");
        foreach (var branch in branches.Where(b => b.Text.Length is 0 or > LongestBranch || b.Text.Any(char.IsWhiteSpace)))
            problems.Add(branch, $"'{branch.Text}' is not a branch.", "write a name, release/* or default");
        return [.. branches.Select(b => b.Text)];
    }

    private static ApprovalPolicy? Approval(ApprovalConfig? approval, DefinitionProblems problems)
    {
        if (approval is null)
            return null;
        if (approval.Groups.Count == 0)
            problems.Add(approval.At, "An approval needs at least one group.", "add groups: { release-managers: 1 }");
        foreach (var who in approval.Exclude.Where(e => e.Text is not ("author" or "pusher")))
            problems.Add(who, $"'{who.Text}' cannot be excluded.", "the values are author, pusher");
        return new ApprovalPolicy(
            approval.Groups.ToDictionary(g => g.Name.Text, g => PersonsOf(g, problems)),
            approval.Exclude.Any(e => e.Text == "author"),
            approval.Exclude.Any(e => e.Text == "pusher"),
            PolicyValues.Positive(approval.Expires, "expires", DefaultExpiry, problems));
    }

    private static int PersonsOf(GroupConfig group, DefinitionProblems problems)
    {
        if (PolicyValues.Number(group.Count.Text, 1, MostPersons) is { } persons)
            return persons;
        problems.Add(
            group.Count, $"Group '{group.Name.Text}' must say how many persons, from 1 to {MostPersons}.", $"write {group.Name.Text}: 1");
        return 0;
    }
}
