using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Display;

/// <summary>The rules of a stage in words.</summary>
internal static class StageRules
{
    /// <summary>All rules as one sentence.</summary>
    public static string Sentence(StageView stage) => string.Join("; ", Rules(stage)) + ".";

    /// <summary>One rule each, in the order in which they apply.</summary>
    public static IReadOnlyList<string> Rules(StageView stage)
    {
        var rules = new List<string> { stage.Promote == "manual" ? "Manual promotion" : "Automatic promotion" };
        if (stage.After is { } after)
            rules.Add($"after {after}");
        if (stage.SignatureRequired)
            rules.Add("signature required");
        if (stage.SoakSeconds > 0)
            rules.Add($"healthy for {Readable.Duration(TimeSpan.FromSeconds(stage.SoakSeconds))} in the previous stage");
        if (stage.Approval is { } approval)
            rules.Add(Approval(approval));
        if (stage.BakeSeconds > 0)
            rules.Add($"bakes for {Readable.Duration(TimeSpan.FromSeconds(stage.BakeSeconds))}");
        rules.Add(stage.OnFailure == "rollback" ? "automatic rollback on failure" : "no rollback on failure");
        return rules;
    }

    private static string Approval(ApprovalRuleView approval)
    {
        var groups = string.Join(", ", approval.Groups.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Value} of {g.Key}"));
        return $"approval by {groups}{(approval.Exclude.Count == 0 ? "" : $", not by the {string.Join(" or the ", approval.Exclude)}")}";
    }
}
