using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.DeployStages.Core;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.DeployStages.Policy;

/// <summary>From what was written to what it means. Every rule that a stage breaks becomes a problem.</summary>
internal static partial class PolicyValidator
{
    private static readonly TimeSpan DefaultBudget = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultExpiry = TimeSpan.FromHours(72);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static PromotionPolicy Validate(PolicyConfig config, IReadOnlySet<string>? clusters, PolicyProblems problems)
    {
        CheckNames(config, problems);
        CheckOrder(config, problems);
        var shared = config.Stages.GroupBy(s => s.Cluster?.Value ?? "").Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        return new PromotionPolicy([.. config.Stages.Select(stage => ToModel(stage, clusters, shared, problems))]);
    }

    private static StagePolicy ToModel(StageConfig stage, IReadOnlySet<string>? clusters, HashSet<string> shared, PolicyProblems problems)
    {
        CheckCluster(stage, clusters, problems);
        if (stage.Soak is { } soak && stage.After is null)
            problems.Add(soak, "'soak' needs 'after': it is the time in the stage before.", "add after: STAGE or remove the soak");
        if (stage.Signature is { Value: not "required" } signature)
            problems.Add(
                signature, $"'{signature.Value}' is not a value of 'signature'.",
                "write signature: required; it cannot be switched off");
        return new StagePolicy(
            stage.Name?.Value ?? "",
            stage.Cluster?.Value ?? "",
            OneOf(stage.Promote, "promote", PromoteMode.Automatic, problems),
            stage.After?.Value,
            new GatePolicy(Duration(stage.Soak, "soak", TimeSpan.Zero, problems), Approval(stage.Approval, problems)),
            Duration(stage.Bake, "bake", TimeSpan.Zero, problems),
            OneOf(stage.OnFailure, "on_failure", OnFailure.Rollback, problems),
            Positive(stage.Budget, "budget", DefaultBudget, problems),
            stage.Line)
        {
            SharesCluster = shared.Contains(stage.Cluster?.Value ?? ""),
            Branches = Branches(stage, problems),
            Rollout = Strategy(stage.Strategy, problems),
        };
    }

    private static Scheduler.Contract.Deploys.Rollout Strategy(StrategyConfig? strategy, PolicyProblems problems)
    {
        if (strategy is null)
            return new Scheduler.Contract.Deploys.Rollout();
        var groups = new List<Scheduler.Contract.Deploys.Share>();
        foreach (var written in strategy.Canary)
        {
            var percent = written.Value.EndsWith('%');
            if (int.TryParse(percent ? written.Value[..^1] : written.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                && value >= 1 && value <= (percent ? 100 : 10_000))
                groups.Add(new Scheduler.Contract.Deploys.Share(value, percent));
            else
                problems.Add(written, $"'{written.Value}' is not a number of instances.", "write a number from 1, or a share such as 25%");
        }

        if (strategy.Pause is { } pause && strategy.Canary.Count == 0)
            problems.Add(pause, "'pause' needs 'canary': it is the time between its groups.", "add canary: [1, 25%, 100%] or remove the pause");
        var time = Duration(strategy.Pause, "pause", TimeSpan.Zero, problems);
        return new Scheduler.Contract.Deploys.Rollout(time > TimeSpan.Zero ? Scheduler.Contract.Deploys.Acceptance.Timed : Scheduler.Contract.Deploys.Acceptance.Automatic, time) { Groups = groups };
    }

    private static void CheckCluster(StageConfig stage, IReadOnlySet<string>? clusters, PolicyProblems problems)
    {
        if (stage.Cluster is not { } cluster)
            problems.Add(stage.Line, stage.Column, $"Stage '{stage.Name?.Value}' names no cluster.", "add cluster: NAME");
        else if (clusters is not null && !clusters.Contains(cluster.Value))
            problems.Add(
                cluster, $"Cluster '{cluster.Value}' is not configured.", $"the clusters are {string.Join(", ", clusters.Order())}");
    }

    private static IReadOnlyList<string>? Branches(StageConfig stage, PolicyProblems problems)
    {
        if (stage.Branches is not { } branches)
            return null;
        if (branches.Count == 0)
            problems.Add(stage.Line, stage.Column, "'branches' names no branch.", "write branches: [default], or remove the key");
        foreach (var branch in branches.Where(b => b.Value.Length is 0 or > 250 || b.Value.Any(char.IsWhiteSpace)))
            problems.Add(branch, $"'{branch.Value}' is not a branch.", "write a name, release/* or default");
        return [.. branches.Select(b => b.Value)];
    }

    private static ApprovalPolicy? Approval(ApprovalConfig? approval, PolicyProblems problems)
    {
        if (approval is null)
            return null;
        var groups = new Dictionary<string, int>();
        foreach (var (name, count) in approval.Groups)
        {
            if (!int.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var need) || need is < 1 or > 20)
                problems.Add(count, $"Group '{name.Value}' must say how many persons, from 1 to 20.", $"write {name.Value}: 1");
            groups[name.Value] = need;
        }

        if (approval.Groups.Count == 0)
            problems.Add(approval.Line, approval.Column, "An approval needs at least one group.", "add groups: { release-managers: 1 }");
        foreach (var who in approval.Exclude.Where(e => e.Value is not ("author" or "pusher")))
            problems.Add(who, $"'{who.Value}' cannot be excluded.", "the values are author, pusher");
        return new ApprovalPolicy(
            groups,
            approval.Exclude.Any(e => e.Value == "author"),
            approval.Exclude.Any(e => e.Value == "pusher"),
            Positive(approval.Expires, "expires", DefaultExpiry, problems));
    }

    private static void CheckNames(PolicyConfig config, PolicyProblems problems)
    {
        var seen = new Dictionary<string, int>();
        foreach (var stage in config.Stages)
        {
            if (stage.Name is not { } name)
                problems.Add(stage.Line, stage.Column, "A stage has no name.", "add name: NAME");
            else if (!NamePattern().IsMatch(name.Value))
                problems.Add(name, $"'{name.Value}' is not a stage's name.", "use lower-case letters, digits and dashes, at most 40");
            else if (!seen.TryAdd(name.Value, name.Line))
                problems.Add(name, $"Stage '{name.Value}' is written twice, first at line {seen[name.Value]}.", "rename or remove one");
        }
    }

    private static void CheckOrder(PolicyConfig config, PolicyProblems problems)
    {
        var after = config.Stages.Where(s => s.Name is not null)
            .GroupBy(s => s.Name!.Value).ToDictionary(g => g.Key, g => g.First().After);
        foreach (var stage in config.Stages.Where(s => s.After is not null))
        {
            if (!after.ContainsKey(stage.After!.Value))
                problems.Add(
                    stage.After, $"There is no stage '{stage.After.Value}' to come after.",
                    $"the stages are {string.Join(", ", after.Keys)}");
            else if (IsCircle(stage.Name?.Value, after))
                problems.Add(stage.After, $"Stage '{stage.Name!.Value}' comes after itself.", "one stage must have no 'after'");
        }
    }

    private static bool IsCircle(string? start, Dictionary<string, Located<string>?> after)
    {
        var steps = 0;
        for (var at = start; at is not null && after.TryGetValue(at, out var before); at = before?.Value)
        {
            if (steps++ > 0 && at == start)
                return true;
            if (steps > after.Count)
                return false;
        }

        return false;
    }

    private static T OneOf<T>(Located<string>? text, string key, T otherwise, PolicyProblems problems) where T : struct, Enum
    {
        if (text is null)
            return otherwise;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text.Value, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        problems.Add(
            text, $"'{text.Value}' is not a value of '{key}'.",
            $"the values are {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
        return otherwise;
    }

    private static TimeSpan Positive(Located<string>? text, string key, TimeSpan otherwise, PolicyProblems problems)
    {
        var time = Duration(text, key, otherwise, problems);
        if (text is not null && time == TimeSpan.Zero && DurationPattern().IsMatch(text.Value))
            problems.Add(text, $"'{key}' must be longer than 0.", $"write {key}: 10m");
        return time;
    }

    private static TimeSpan Duration(Located<string>? text, string key, TimeSpan otherwise, PolicyProblems problems)
    {
        if (text is null)
            return otherwise;
        var match = DurationPattern().Match(text.Value);
        if (!match.Success)
        {
            problems.Add(text, $"'{text.Value}' is not a time for '{key}'.", "write a number and a unit: 500ms, 30s, 10m, 72h, 7d");
            return otherwise;
        }

        var number = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        var time = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
        if (time > Longest)
            problems.Add(text, $"'{key}' may be 30 days at most.", null);
        return time;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^([0-9]{1,7})(ms|s|m|h|d)$")]
    private static partial Regex DurationPattern();
}
