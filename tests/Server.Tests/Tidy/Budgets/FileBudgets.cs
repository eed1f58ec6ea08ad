using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Budgets;

/// <summary>How long a file and a line may be, and how full a folder.</summary>
public static class FileBudgets
{
    public const int LongestFile = 400;
    public const int MedianFile = 60;
    public const int NinetiethFile = 200;
    public const int LongestLine = 140;
    public const int FullestFolder = 12;

    public static IEnumerable<Finding> Length(SourceTree tree) =>
        from file in Written(tree)
        where file.Lines.Length > LongestFile
        select new Finding(
            file.At(LongestFile + 1), file.Path, $"{file.Lines.Length} lines: a concept is missing, find it and give it a file",
            file.Lines.Length);

    /// <summary>Over all of <c>src</c>: most files are short.</summary>
    public static IEnumerable<Finding> Spread(SourceTree tree)
    {
        int[] lengths = [.. tree.Sources.Select(f => f.Lines.Length).Order()];
        if (lengths.Length == 0)
            yield break;
        if (lengths[lengths.Length / 2] is var median && median > MedianFile)
            yield return new Finding(
                "src:1", "median", $"the median file has {median} lines, the budget is {MedianFile}: split long files by subject", median);
        if (lengths[lengths.Length * 9 / 10] is var ninetieth && ninetieth > NinetiethFile)
            yield return new Finding(
                "src:1", "p90", $"one file in ten has {ninetieth} lines or more, the budget is {NinetiethFile}: split the longest",
                ninetieth);
    }

    public static IEnumerable<Finding> LineLength(SourceTree tree)
    {
        foreach (var file in Written(tree))
        {
            for (var i = 0; i < file.Lines.Length; i++)
            {
                if (file.Lines[i].TrimEnd('\r').Length is var length && length > LongestLine)
                    yield return new Finding(file.At(i + 1), file.Path, $"{length} characters: break the line at {LongestLine}");
            }
        }
    }

    /// <summary>A page and the code behind it are one.</summary>
    public static IEnumerable<Finding> FolderSize(SourceTree tree) =>
        from file in Written(tree)
        group file.Name.Replace(".razor.cs", ".razor", StringComparison.Ordinal) by file.Folder into folder
        let count = folder.Distinct().Count()
        where count > FullestFolder
        select new Finding(
            $"{folder.Key}:1", folder.Key, $"{count} files in one folder, the budget is {FullestFolder}: make folders by subject", count);

    private static IEnumerable<SourceFile> Written(SourceTree tree) => tree.Files.Where(f => f.IsCSharp || f.IsRazor);
}
