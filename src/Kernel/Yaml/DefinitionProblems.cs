namespace Pipeline.Kernel.Yaml;

/// <summary>Collects every problem of one file; a flood is cut, and says so.</summary>
/// <param name="file">The name that problems carry.</param>
public sealed class DefinitionProblems(string file)
{
    private const int Max = 100;
    private readonly List<DefinitionProblem> found = [];
    private int total;

    /// <summary>At least one problem was found.</summary>
    public bool Any => total > 0;

    /// <summary>Adds a problem at the place of a value.</summary>
    public void Add(YamlNode at, string message, string? hint = null) => Add(at.Line, at.Column, message, hint);

    /// <summary>Adds a problem; the same one twice is shown once.</summary>
    public void Add(int line, int column, string message, string? hint = null)
    {
        total++;
        var problem = new DefinitionProblem(file, line, column, message, hint);
        if (found.Count < Max && !found.Contains(problem))
            found.Add(problem);
    }

    /// <summary>By line and column.</summary>
    public IReadOnlyList<DefinitionProblem> ToList()
    {
        var sorted = found.OrderBy(p => p.Line).ThenBy(p => p.Column).ToList();
        if (total > Max)
            sorted.Add(new DefinitionProblem(
                file, sorted[^1].Line, 1, $"{total - Max} more problems are not shown.", "Repair these first."));
        return sorted;
    }
}
