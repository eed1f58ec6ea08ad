using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>What reading a policy file came to: a policy, or every problem of the file.</summary>
internal sealed record PolicyReading(PromotionPolicy? Policy, IReadOnlyList<DefinitionProblem> Problems);

/// <summary>Reads <c>stages.yaml</c>: YAML → <see cref="PolicyConfig"/> → <see cref="PromotionPolicy"/>, all errors at once.</summary>
internal static class PolicyReader
{
    /// <param name="file">The name that problems carry.</param>
    /// <param name="clusters">Names that a stage may use; null when they are not known.</param>
    public static PolicyReading Read(string file, string text, IReadOnlySet<string>? clusters)
    {
        var problems = new DefinitionProblems(file);
        var config = ReadConfig(text, problems);
        var policy = config is null ? null : PolicyValidator.Validate(config, clusters, problems);
        return problems.Any ? new PolicyReading(null, problems.ToList()) : new PolicyReading(policy, []);
    }

    private static PolicyConfig? ReadConfig(string text, DefinitionProblems problems)
    {
        if (YamlReader.Read(text, problems) is not YamlMap root)
        {
            if (!problems.Any)
                problems.Add(1, 1, "The file must be one mapping with the key 'stages'.", "write stages: and a list of stages");
            return null;
        }

        _ = new PolicyMap(root, PolicyKeys.Policy, problems);
        var stages = root.Entries.FirstOrDefault(e => e.Key.Text == "stages");
        if (stages?.Value is YamlList { Items.Count: > 0 } list)
            return new PolicyConfig([.. list.Items.Select(node => ReadStage(node, problems)).OfType<StageConfig>()]);
        problems.Add(
            stages?.Value ?? root, "'stages' must be a list with at least one stage.", "write stages: [{ name: qa, cluster: qa }]");
        return null;
    }

    private static StageConfig? ReadStage(YamlNode node, DefinitionProblems problems)
    {
        if (node is not YamlMap map)
        {
            problems.Add(node, "A stage must be a mapping.", "write - { name: qa, cluster: qa }");
            return null;
        }

        var stage = new PolicyMap(map, PolicyKeys.Stage, problems);
        var gates = stage.Map("gates", PolicyKeys.Gates);
        return new StageConfig(map)
        {
            Name = stage.Text("name"),
            Cluster = stage.Text("cluster"),
            Promote = stage.Text("promote"),
            After = stage.Text("after"),
            Soak = gates?.Text("soak"),
            Signature = gates?.Text("signature"),
            Approval = ReadApproval(gates?.Map("approval", PolicyKeys.Approval)),
            Bake = stage.Text("bake"),
            OnFailure = stage.Text("on_failure"),
            Budget = stage.Text("budget"),
            Branches = stage.List("branches"),
            Strategy = ReadStrategy(stage.Map("strategy", PolicyKeys.Strategy)),
        };
    }

    private static ApprovalConfig? ReadApproval(PolicyMap? map) =>
        map is null ? null : new ApprovalConfig(map.At, map.Groups("groups"), map.List("exclude") ?? [], map.Text("expires"));

    private static StrategyConfig? ReadStrategy(PolicyMap? map) =>
        map is null ? null : new StrategyConfig(map.List("canary") ?? [], map.Text("pause"));
}
