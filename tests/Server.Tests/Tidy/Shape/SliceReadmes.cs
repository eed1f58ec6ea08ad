using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>Every slice says on one page what it owns.</summary>
public static class SliceReadmes
{
    private const int Page = 60;

    public static IEnumerable<Finding> Find(SourceTree tree)
    {
        foreach (var project in tree.Projects.Where(p => p.IsSource && Layout.Slices.Contains(p.Name)))
        {
            var path = $"{project.Folder}/README.md";
            var readme = tree.Files.FirstOrDefault(f => f.Path == path);
            if (readme is null)
                yield return new Finding(
                    $"{path}:1", path, "missing: say what the slice owns, its tables, its events, and which files to read first");
            else if (readme.Lines.Length > Page)
                yield return new Finding(readme.At(Page + 1), path, $"{readme.Lines.Length} lines: a slice's page has at most {Page}");
        }
    }
}
