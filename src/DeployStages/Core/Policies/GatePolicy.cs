namespace Pipeline.DeployStages.Core.Policies;

/// <summary>The gates of a stage that a policy can configure.</summary>
/// <param name="Soak">How long the release must have been healthy in the stage before, without a break.</param>
/// <param name="Approval">Null when nobody has to approve.</param>
internal sealed record GatePolicy(TimeSpan Soak, ApprovalPolicy? Approval);

/// <summary>Who must approve.</summary>
/// <param name="Groups">How many distinct persons of each group must approve.</param>
/// <param name="Expires">How long an approval counts.</param>
internal sealed record ApprovalPolicy(IReadOnlyDictionary<string, int> Groups, bool ExcludeAuthor, bool ExcludePusher, TimeSpan Expires);
