using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>A slice shows its contract, its module, its options and the jobs that the flow names; a program shows nothing.</summary>
public static class PublicTypes
{
    public static IEnumerable<Finding> Find(SourceTree tree)
    {
        var named = NamesInFlow(tree);
        foreach (var file in tree.Sources)
        {
            if (tree.ProjectOf(file) is not { } project)
                continue;
            foreach (var (type, name) in file.TopLevelTypes().Where(t => t.Node.Has(SyntaxKind.PublicKeyword)))
            {
                if (Layout.Programs.Contains(project.Name))
                    yield return new Finding(
                        file.At(type), file.Path, $"{name} is public, but nobody references a program: make it internal");
                else if (Layout.Slices.Contains(project.Name) && !MayBePublic(project.Name, file.Namespace() ?? "", name, named))
                    yield return new Finding(
                        file.At(type), file.Path,
                        $"{name} is public outside Pipeline.{project.Name}.Contract: make it internal, or move it to Contract/");
            }
        }
    }

    private static bool MayBePublic(string slice, string @namespace, string type, HashSet<string> named) =>
        Layout.IsContract(slice, @namespace)
        || (@namespace == $"Pipeline.{slice}"
            && (type.EndsWith("Module", StringComparison.Ordinal) || type.EndsWith("Options", StringComparison.Ordinal)))
        || (@namespace == $"Pipeline.{slice}.Jobs" && named.Contains(type));

    private static HashSet<string> NamesInFlow(SourceTree tree) =>
    [
        .. tree.Sources.Where(f => Layout.FlowFiles.Contains(f.Path))
            .SelectMany(f => f.All<IdentifierNameSyntax>()).Select(n => n.Identifier.ValueText),
    ];
}
