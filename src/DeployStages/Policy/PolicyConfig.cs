using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary><c>stages.yaml</c> as it was written: its shape is checked, its meaning is not.</summary>
internal sealed record PolicyConfig(IReadOnlyList<StageConfig> Stages);

/// <summary>A stage as it was written; null is absent.</summary>
/// <param name="At">Where the stage starts.</param>
internal sealed record StageConfig(YamlNode At)
{
    public YamlScalar? Name { get; init; }
    public YamlScalar? Cluster { get; init; }
    public YamlScalar? Promote { get; init; }
    public YamlScalar? After { get; init; }
    public YamlScalar? Soak { get; init; }
    public YamlScalar? Signature { get; init; }
    public ApprovalConfig? Approval { get; init; }
    public YamlScalar? Bake { get; init; }
    public YamlScalar? OnFailure { get; init; }
    public YamlScalar? Budget { get; init; }
    public IReadOnlyList<YamlScalar>? Branches { get; init; }
    public StrategyConfig? Strategy { get; init; }
}

/// <summary>How new instances replace old ones, as it was written.</summary>
internal sealed record StrategyConfig(IReadOnlyList<YamlScalar> Canary, YamlScalar? Pause);

/// <summary>Who must approve, as it was written.</summary>
/// <param name="At">Where the approval starts.</param>
/// <param name="Groups">Names and numbers of persons.</param>
internal sealed record ApprovalConfig(
    YamlNode At, IReadOnlyList<GroupConfig> Groups, IReadOnlyList<YamlScalar> Exclude, YamlScalar? Expires);

/// <summary>A group that approves, and how many persons of it.</summary>
internal sealed record GroupConfig(YamlScalar Name, YamlScalar Count);
