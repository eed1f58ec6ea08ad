namespace Pipeline.DeployStages.Policy;

/// <summary>A value and where it is written; line and column count from 1.</summary>
internal sealed record Located<T>(T Value, int Line, int Column);

/// <summary><c>stages.yaml</c> as it was written: shape checked, meaning not.</summary>
internal sealed record PolicyConfig(IReadOnlyList<StageConfig> Stages);

internal sealed record StageConfig(
    Located<string>? Name, Located<string>? Cluster, Located<string>? Promote, Located<string>? After, Located<string>? Soak,
    Located<string>? Signature, ApprovalConfig? Approval, Located<string>? Bake, Located<string>? OnFailure, Located<string>? Budget,
    IReadOnlyList<Located<string>>? Branches, int Line, int Column)
{
    public StrategyConfig? Strategy { get; init; }
}

internal sealed record StrategyConfig(IReadOnlyList<Located<string>> Canary, Located<string>? Pause);

internal sealed record ApprovalConfig(
    IReadOnlyList<KeyValuePair<Located<string>, Located<string>>> Groups, IReadOnlyList<Located<string>> Exclude, Located<string>? Expires,
    int Line, int Column);
