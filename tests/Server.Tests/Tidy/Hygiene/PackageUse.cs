using System.Text.Json;
using System.Xml.Linq;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Hygiene;

/// <summary>Every package that a project asks for is used by it, and every version that we keep is referenced for.</summary>
public static class PackageUse
{
    /// <summary>Packages that no source names, and why they are there.</summary>
    private static readonly Dictionary<string, string> Unnamed = new()
    {
        ["Grpc.Tools"] = "compiles the wire's .proto files",
        ["Microsoft.CodeAnalysis.BannedApiAnalyzers"] = "an analyzer",
        ["xunit.v3"] = "the parts of the test runner",
    };

    public static IEnumerable<Finding> Unused(SourceTree tree) => Unused(tree, NuGetPackage.Find);

    /// <param name="tree">The sources.</param>
    /// <param name="contents">The public names of a package at the version that the project's lock file has; null when it isn't on this
    /// machine.</param>
    public static IEnumerable<Finding> Unused(SourceTree tree, Func<ProjectFile, string, IReadOnlyList<PublicName>?> contents)
    {
        foreach (var project in tree.Projects)
        {
            var words = new Lazy<SourceWords>(() => new SourceWords(ReadersOf(tree, project)));
            foreach (var package in project.PackageReferences.Where(p => !Unnamed.ContainsKey(p.Include)))
            {
                if (contents(project, package.Include) is { } names && !names.Any(words.Value.Use))
                {
                    yield return new Finding(
                        project.File.At(package.Line), $"{project.Name} {package.Include}",
                        $"no source of {project.Name} uses {package.Include}: take the reference away");
                }
            }
        }
    }

    /// <summary>The kit of the tests brings along what all of them use.</summary>
    private static IEnumerable<SourceFile> ReadersOf(SourceTree tree, ProjectFile project) =>
        project.Name == "TestKit" ? tree.TestSources : tree.FilesOf(project);

    public static IEnumerable<Finding> UnusedVersions(SourceTree tree)
    {
        var central = tree.Files.FirstOrDefault(f => f.Path == "Directory.Packages.props");
        if (central is null)
            yield break;
        var referenced = tree.Projects.SelectMany(p => p.PackageReferences).Select(p => p.Include)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var shared in tree.Files.Where(f => f.Path is "Directory.Build.props" or "Directory.Build.targets"))
            referenced.UnionWith(
                ProjectFile.ItemsOf(XDocument.Parse(shared.Text, LoadOptions.SetLineInfo), "PackageReference").Select(i => i.Include));
        referenced.UnionWith(tree.Files.Where(f => f.Name == "packages.lock.json").SelectMany(Pinned));
        foreach (var version in ProjectFile.ItemsOf(XDocument.Parse(central.Text, LoadOptions.SetLineInfo), "PackageVersion"))
        {
            if (!referenced.Contains(version.Include))
                yield return new Finding(
                    central.At(version.Line), version.Include, $"no project asks for {version.Include}: take its version away");
        }
    }

    /// <summary>What comes along with another package, at a version that we chose.</summary>
    private static IEnumerable<string> Pinned(SourceFile lockFile)
    {
        using var json = JsonDocument.Parse(lockFile.Text);
        return
        [
            .. json.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(target => target.Value.EnumerateObject())
                .Where(p => p.Value.GetProperty("type").GetString() == "CentralTransitive")
                .Select(p => p.Name),
        ];
    }
}
