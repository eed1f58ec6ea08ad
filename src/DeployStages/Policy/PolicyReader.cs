using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.DeployStages.Policy;

/// <summary>What reading a policy file came to: a policy, or every problem of the file.</summary>
internal sealed record PolicyReading(PromotionPolicy? Policy, IReadOnlyList<DefinitionProblem> Problems);

/// <summary>Reads <c>stages.yaml</c>: YAML → <see cref="PolicyConfig"/> → <see cref="PromotionPolicy"/>, all errors at once.</summary>
internal static class PolicyReader
{
    private static readonly string[] StageKeys = ["name", "cluster", "promote", "after", "gates", "bake", "on_failure", "budget", "branches", "strategy"];
    private static readonly string[] StrategyKeys = ["canary", "pause"];
    private static readonly string[] GateKeys = ["signature", "soak", "approval"];
    private static readonly string[] ApprovalKeys = ["groups", "exclude", "expires"];

    /// <param name="file">The name that problems carry.</param>
    /// <param name="clusters">Names that a stage may use; null when they are not known.</param>
    public static PolicyReading Read(string file, string text, IReadOnlySet<string>? clusters)
    {
        var problems = new PolicyProblems(file);
        var config = ReadConfig(text, problems);
        var policy = config is null ? null : PolicyValidator.Validate(config, clusters, problems);
        return problems.All.Count > 0 ? new PolicyReading(null, problems.All) : new PolicyReading(policy, []);
    }

    private static PolicyConfig? ReadConfig(string text, PolicyProblems problems)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            problems.Add(e.Start.Line, e.Start.Column, $"This is not YAML: {e.Message}", "check the indentation and the quotes");
            return null;
        }

        if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            problems.Add(1, 1, "The file must be one mapping with the key 'stages'.", "write stages: and a list of stages");
            return null;
        }

        _ = new YamlMap(root, "the policy", ["stages"], ["groups", "windows", "holds"], problems);
        if (!root.Children.TryGetValue(new YamlScalarNode("stages"), out var list)
            || list is not YamlSequenceNode { Children.Count: > 0 } stages)
        {
            problems.Add(1, 1, "'stages' must be a list with at least one stage.", "write stages: [{ name: qa, cluster: qa }]");
            return null;
        }

        return new PolicyConfig([.. stages.Children.Select(node => ReadStage(node, problems)).OfType<StageConfig>()]);
    }

    private static StageConfig? ReadStage(YamlNode node, PolicyProblems problems)
    {
        if (node is not YamlMappingNode map)
        {
            problems.Add(node.Start.Line, node.Start.Column, "A stage must be a mapping.", "write - { name: qa, cluster: qa }");
            return null;
        }

        var stage = new YamlMap(map, "a stage", StageKeys, ["windows", "canary", "people"], problems);
        var gates = stage.Map("gates", GateKeys, ["windows", "verification", "health", "hold"]);
        var strategy = stage.Map("strategy", StrategyKeys, []);
        var approval = gates?.Map("approval", ApprovalKeys, []);
        return new StageConfig(
            stage.Text("name"), stage.Text("cluster"), stage.Text("promote"), stage.Text("after"), gates?.Text("soak"),
            gates?.Text("signature"), approval is null ? null : new ApprovalConfig(
                approval.Names("groups"), approval.List("exclude"), approval.Text("expires"), approval.Line, approval.Column),
            stage.Text("bake"), stage.Text("on_failure"), stage.Text("budget"),
            stage.Has("branches") ? stage.List("branches") : null, stage.Line, stage.Column)
        {
            Strategy = strategy is null ? null : new StrategyConfig(strategy.List("canary"), strategy.Text("pause")),
        };
    }
}
