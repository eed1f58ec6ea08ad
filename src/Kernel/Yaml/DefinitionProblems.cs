using Pipeline.Kernel.Text;

namespace Pipeline.Kernel.Yaml;

/// <summary>Collects every problem of one file; a flood is cut, and says so.</summary>
/// <remarks>A file may hold 200,000 mistakes, each about a value of a megabyte: of most of them only a number is kept.</remarks>
/// <param name="file">The name that problems carry.</param>
public sealed class DefinitionProblems(string file)
{
    private const int Max = 100;
    private const int LongestText = 1000;
    private readonly HashSet<(int Line, int Column, int Text)> seen = [];
    private readonly List<DefinitionProblem> found = [];

    /// <summary>At least one problem was found.</summary>
    public bool Any => seen.Count > 0;

    /// <summary>Adds a problem at the place of a value.</summary>
    public void Add(YamlNode at, string message, string? hint = null) => Add(at.Line, at.Column, message, hint);

    /// <summary>Adds a problem; the same one twice is shown once.</summary>
    public void Add(int line, int column, string message, string? hint = null)
    {
        if (seen.Add((line, column, HashCode.Combine(message, hint))) && found.Count < Max)
            found.Add(new DefinitionProblem(file, line, column, Cut(message), hint is null ? null : Cut(hint)));
    }

    /// <summary>By line and column.</summary>
    public IReadOnlyList<DefinitionProblem> ToList()
    {
        var sorted = found.OrderBy(p => p.Line).ThenBy(p => p.Column).ToList();
        if (seen.Count - found.Count is > 0 and var more)
            sorted.Add(new DefinitionProblem(
                file, sorted[^1].Line, 1, $"{more} more {(more == 1 ? "problem is" : "problems are")} not shown.", "Repair these first."));
        return sorted;
    }

    // A message quotes the file.
    private static string Cut(string text) => text.Length <= LongestText ? text : ByteText.Cut(text, LongestText - 1) + "…";
}
