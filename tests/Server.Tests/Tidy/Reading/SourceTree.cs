using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>All that the rules read: the repository's texts, or a few planted ones.</summary>
public sealed class SourceTree
{
    private static readonly string[] Generated = ["bin", "obj", ".git", "artifacts", "data", "TestResults", "node_modules"];
    private static readonly string[] Texts = [".cs", ".razor", ".md", ".csproj", ".props", ".targets", ".lock.json"];
    private static readonly Lazy<SourceTree> Whole = new(() => Read(RepositoryRoot.Path));

    private readonly Lazy<ReferenceGraph> references;
    private readonly Dictionary<string, ProjectFile?> projectOfFolder = [];

    private SourceTree(IReadOnlyList<SourceFile> files, IReadOnlySet<string> paths)
    {
        (Files, Paths) = (files, paths);
        Projects = [.. files.Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal)).Select(f => new ProjectFile(f))];
        references = new(() => ReferenceGraph.Of(this));
    }

    public static SourceTree OfRepository => Whole.Value;

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Every file and folder, read or not.</summary>
    public IReadOnlySet<string> Paths { get; }

    public IReadOnlyList<ProjectFile> Projects { get; }

    /// <summary>Which source file of <c>src</c> names a type of which other.</summary>
    public ReferenceGraph References => references.Value;

    public IEnumerable<SourceFile> CSharp => Files.Where(f => f.IsCSharp);

    public IEnumerable<SourceFile> Sources => CSharp.Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal));

    public IEnumerable<SourceFile> TestSources => CSharp.Where(f => f.Path.StartsWith("tests/", StringComparison.Ordinal));

    public static SourceTree Of(params (string Path, string Text)[] texts)
    {
        SourceFile[] files = [.. texts.Select(t => new SourceFile(t.Path, t.Text)).OrderBy(f => f.Path, StringComparer.Ordinal)];
        return new SourceTree(files, WithFolders(files.Select(f => f.Path)));
    }

    /// <summary>The project whose folder is the nearest above the file.</summary>
    public ProjectFile? ProjectOf(SourceFile file)
    {
        lock (projectOfFolder)
        {
            if (!projectOfFolder.TryGetValue(file.Folder, out var project))
            {
                project = Projects.Where(p => $"{file.Folder}/".StartsWith($"{p.Folder}/", StringComparison.Ordinal))
                    .MaxBy(p => p.Folder.Length);
                projectOfFolder[file.Folder] = project;
            }

            return project;
        }
    }

    public IEnumerable<SourceFile> FilesOf(ProjectFile project) => Files.Where(f => (f.IsCSharp || f.IsRazor) && ProjectOf(f) == project);

    private static SourceTree Read(string root)
    {
        string[] paths = [.. Walk(root).Select(p => Path.GetRelativePath(root, p)).Order(StringComparer.Ordinal)];
        var files = paths.Where(p => Texts.Any(t => p.EndsWith(t, StringComparison.Ordinal)))
            .Select(p => new SourceFile(p, File.ReadAllText(Path.Combine(root, p))));
        return new SourceTree([.. files], WithFolders(paths));
    }

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(d => !Generated.Contains(Path.GetFileName(d))).SelectMany(Walk));

    private static HashSet<string> WithFolders(IEnumerable<string> paths)
    {
        var all = new HashSet<string>();
        foreach (var path in paths)
        {
            for (var p = path; p.Length > 0 && all.Add(p); p = Path.GetDirectoryName(p) ?? "")
                continue;
        }

        return all;
    }
}
