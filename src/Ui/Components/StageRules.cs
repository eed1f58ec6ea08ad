using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Components;

/// <summary>The rules of a stage in words.</summary>
public static class StageRules
{
    public static string Sentence(StageView stage) => string.Join("; ", Rules(stage)) + ".";

    public static IReadOnlyList<string> Rules(StageView stage)
    {
        var rules = new List<string> { stage.Promote == "manual" ? "promoted by hand" : "promoted by itself" };
        if (stage.After is { } after)
            rules.Add($"after {after}");
        if (stage.SignatureRequired)
            rules.Add("signature required");
        if (stage.SoakSeconds > 0)
            rules.Add($"healthy {Relative.Duration(TimeSpan.FromSeconds(stage.SoakSeconds))} in the stage before");
        if (stage.Approval is { } approval)
        {
            var groups = string.Join(", ", approval.Groups.Select(g => $"{g.Value} of {g.Key}"));
            var not = approval.Exclude.Count == 0 ? "" : $", not {string.Join(" or ", approval.Exclude)}";
            rules.Add($"approval by {groups}{not}");
        }

        if (stage.BakeSeconds > 0)
            rules.Add($"watched {Relative.Duration(TimeSpan.FromSeconds(stage.BakeSeconds))}");
        rules.Add(stage.OnFailure == "rollback" ? "rolls back on failure" : "stays on failure");
        return rules;
    }
}
