using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Tidy;

/// <summary>The sources as text.</summary>
public static class SourceTree
{
    public static IEnumerable<string> CSharp(string folder) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(RepositoryRoot.Path, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    public static string Relative(string file) => System.IO.Path.GetRelativePath(RepositoryRoot.Path, file);
}
