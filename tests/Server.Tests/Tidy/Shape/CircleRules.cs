using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>Arrows between the files, and between the folders, of one project lead one way.</summary>
public static class CircleRules
{
    /// <summary>The ratchet keeps the size of each project's largest circle of files.</summary>
    public static IEnumerable<Finding> OfFiles(SourceTree tree)
    {
        foreach (var (project, references) in ByProject(tree))
        {
            var circles = Circles.Of(references.Select(r => (r.From.Path, r.To.Path)));
            if (circles is [var largest, ..])
            {
                yield return new Finding(
                    $"{largest[0]}:1", project.Name,
                    $"a circle of {largest.Count} files: cut an arrow of\n{Inside(largest, references, f => f.Path)}", largest.Count);
            }
        }
    }

    /// <summary>
    /// Counts the folders in circles. The files in a project's root stand for themselves: its module is above all, its options below.
    /// </summary>
    public static IEnumerable<Finding> OfFolders(SourceTree tree)
    {
        foreach (var (project, references) in ByProject(tree))
        {
            string Part(SourceFile f) => f.Folder == project.Folder ? f.Path : f.Folder;
            foreach (var circle in Circles.Of(references.Select(r => (Part(r.From), Part(r.To))))
                .Where(c => c.Any(p => !p.EndsWith(".cs", StringComparison.Ordinal))))
            {
                yield return new Finding(
                    $"{circle[0]}:1", project.Name,
                    $"a circle of {circle.Count} folders: cut an arrow of\n{Inside(circle, references, Part)}", circle.Count);
            }
        }
    }

    private static IEnumerable<(ProjectFile Project, List<Reference> References)> ByProject(SourceTree tree) =>
        from r in tree.References.All
        let project = tree.ProjectOf(r.From)
        where project is not null && project == tree.ProjectOf(r.To)
        group r by project into g
        select (g.Key, g.ToList());

    /// <summary>The arrows of a circle, the thinnest first: it is the cheapest to cut.</summary>
    private static string Inside(IReadOnlyList<string> circle, List<Reference> references, Func<SourceFile, string> part) =>
        string.Join('\n', references
        .Where(r => part(r.From) != part(r.To) && circle.Contains(part(r.From)) && circle.Contains(part(r.To)))
        .GroupBy(r => (From: part(r.From), To: part(r.To)))
        .OrderBy(g => g.Count())
        .Take(25)
        .Select(g => $"    {g.Key.From} → {g.Key.To} ({g.Count()}): {g.First().From.At(g.First().Line)} names {g.First().Type}"));
}
