namespace Pipeline.DeployStages.Core.Policies;

/// <summary>The rules of a stage in words. Pure.</summary>
internal static class StageSentences
{
    /// <summary>How a release gets into a stage that it has not reached.</summary>
    public static string NotReached(StagePolicy stage) => stage switch
    {
        { Promote: PromoteMode.Manual } => "Promoted by hand.",
        { After: { } after } => $"Follows {after}.",
        _ => "Follows the build.",
    };

    /// <summary>Who cannot approve, as the policy file writes it.</summary>
    public static IReadOnlyList<string> Excluded(ApprovalPolicy approval)
    {
        var excluded = new List<string>();
        if (approval.ExcludeAuthor)
            excluded.Add("author");
        if (approval.ExcludePusher)
            excluded.Add("pusher");
        return excluded;
    }
}
