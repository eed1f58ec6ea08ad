using Pipeline.Kernel;

namespace Pipeline.DeployStages.Policy;

/// <summary>Collects every error of one file, so that a person fixes them in one go.</summary>
internal sealed class PolicyProblems(string file)
{
    private readonly List<DefinitionProblem> found = [];

    public IReadOnlyList<DefinitionProblem> All => [.. found.OrderBy(p => p.Line).ThenBy(p => p.Column)];

    public void Add(long line, long column, string message, string? hint) =>
        found.Add(new DefinitionProblem(file, (int)line, (int)column, message, hint));

    public void Add<T>(Located<T> at, string message, string? hint) => Add(at.Line, at.Column, message, hint);
}
