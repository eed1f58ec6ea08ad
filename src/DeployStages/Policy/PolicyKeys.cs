using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>The keys of a mapping of the policy.</summary>
/// <param name="Of">What the mapping is, as a message names it.</param>
/// <param name="Known">Keys that mean something.</param>
/// <param name="Planned">Keys that are designed but not implemented: a gate that is not enforced must not look as if it were.</param>
internal sealed record PolicyKeys(string Of, string[] Known, string[] Planned)
{
    public static readonly PolicyKeys Policy = new("the policy", ["stages"], ["groups", "windows", "holds"]);

    public static readonly PolicyKeys Stage = new(
        "a stage",
        ["name", "cluster", "promote", "after", "gates", "bake", "on_failure", "budget", "branches", "strategy"],
        ["windows", "canary", "people"]);

    public static readonly PolicyKeys Gates = new(
        "gates", ["signature", "soak", "approval"], ["windows", "verification", "health", "hold"]);

    public static readonly PolicyKeys Approval = new("approval", ["groups", "exclude", "expires"], []);

    public static readonly PolicyKeys Strategy = new("strategy", ["canary", "pause"], []);

    /// <summary>Reports a key that means nothing here.</summary>
    /// <returns>Whether the key is known.</returns>
    public bool Check(YamlScalar key, DefinitionProblems problems)
    {
        if (Planned.Contains(key.Text))
            problems.Add(key, $"'{key.Text}' is not available in this version.", "remove it; it would not be enforced");
        else if (!Known.Contains(key.Text))
            problems.Add(key, $"'{key.Text}' is not a key of {Of}.", Hint(key.Text));
        return Known.Contains(key.Text);
    }

    private string Hint(string name) => Spelling.Nearest(name, Known, _ => 2) is { } meant
        ? $"did you mean '{meant}'?"
        : $"the keys are {string.Join(", ", Known)}";
}
