using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Budgets;

/// <summary>
/// No class is spread over files, no file is folded into regions. What generators add has no file here, and so does not count.
/// </summary>
public static class OneFileOneClass
{
    public static IEnumerable<Finding> Partials(SourceTree tree) =>
        from file in tree.CSharp
        from type in file.All<TypeDeclarationSyntax>()
        where type.Has(SyntaxKind.PartialKeyword)
        let name = FullName(type)
        group (file, type) by (tree.ProjectOf(file)?.Name, name) into parts
        where parts.Select(p => p.file).Distinct().Count() > 1
        let files = parts.DistinctBy(p => p.file).ToList()
        select new Finding(
            files[0].file.At(files[0].type), $"{parts.Key.Item1} {parts.Key.name}",
            $"{parts.Key.name} is spread over {files.Count} files ({string.Join(", ", files.Select(f => f.file.Name))}):"
                + " make classes of its parts", files.Count);

    public static IEnumerable<Finding> Regions(SourceTree tree) =>
        from file in tree.CSharp
        where file.Text.Contains("#region", StringComparison.Ordinal)
        from region in file.Root.DescendantTrivia().Where(t => t.IsKind(SyntaxKind.RegionDirectiveTrivia))
        select new Finding(
            file.At(SourceFile.LineOf(region.GetLocation())), file.Path, "a region hides that the file is too long: split it");

    private static string FullName(TypeDeclarationSyntax type) =>
        string.Join('.', type.Ancestors().Reverse().Append(type).Select(a => a switch
        {
            BaseNamespaceDeclarationSyntax n => n.Name.ToString(),
            TypeDeclarationSyntax t => $"{t.Identifier.ValueText}{(t.Arity > 0 ? $"`{t.Arity}" : "")}",
            _ => "",
        }).Where(s => s.Length > 0));
}
