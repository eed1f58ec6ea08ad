using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>A file's namespace is its folder, so that each <c>using</c> is an arrow between folders.</summary>
public static partial class NamespaceIsFolder
{
    public static IEnumerable<Finding> Find(SourceTree tree)
    {
        foreach (var file in tree.Files.Where(f => f.IsCSharp || f.IsRazor))
        {
            if (tree.ProjectOf(file) is not { } project)
                continue;
            var expected = (project.RootNamespace + file.Folder[project.Folder.Length..]).Replace('/', '.');
            foreach (var (line, found) in file.IsCSharp ? InCSharp(file) : InRazor(file))
            {
                if (found != expected)
                    yield return new Finding(
                        file.At(line), file.Path, $"the namespace is {found}, the folder says {expected}: rename it, or move the file");
            }

            if (file.IsCSharp && file.All<BaseNamespaceDeclarationSyntax>().Skip(1).FirstOrDefault() is { } second)
                yield return new Finding(file.At(second), file.Path, "a second namespace in one file: split the file");
        }
    }

    private static IEnumerable<(int Line, string Namespace)> InCSharp(SourceFile file)
    {
        if (file.All<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is { } declared)
            yield return (SourceFile.LineOf(declared.GetLocation()), declared.Name.ToString());
        foreach (var (type, _) in file.TopLevelTypes().Where(t => t.Node.Parent is CompilationUnitSyntax))
            yield return (SourceFile.LineOf(type.GetLocation()), "the global one");
    }

    private static IEnumerable<(int Line, string Namespace)> InRazor(SourceFile file) =>
        NamespaceDirective().Matches(file.Text).Select(m => (file.Text.AsSpan(..m.Index).Count('\n') + 1, m.Groups[1].Value));

    [GeneratedRegex(@"^@namespace\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDirective();
}
