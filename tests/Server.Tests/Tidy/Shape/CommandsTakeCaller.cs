using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>
/// A command of a contract begins with who asks: it checks the permission itself, so that API, pages and jobs cannot differ.
/// </summary>
public static class CommandsTakeCaller
{
    public static IEnumerable<Finding> Find(SourceTree tree) =>
        from file in tree.Sources
        where Layout.SliceOf(file.Namespace() ?? "") is { } slice && Layout.IsContract(slice, file.Namespace()!)
        from type in file.All<TypeDeclarationSyntax>()
        where type is ClassDeclarationSyntax or InterfaceDeclarationSyntax
            && type.Identifier.ValueText.EndsWith("Commands", StringComparison.Ordinal)
            && type.Has(SyntaxKind.PublicKeyword)
        from method in type.Members.OfType<MethodDeclarationSyntax>()
        where (method.Has(SyntaxKind.PublicKeyword) || type is InterfaceDeclarationSyntax) && !method.Has(SyntaxKind.OverrideKeyword)
            && method.ParameterList.Parameters.FirstOrDefault()?.Type?.ToString() is not (
                "Caller" or "Kernel.Caller" or "Pipeline.Kernel.Caller")
        select new Finding(
            file.At(method), $"{file.Path} {Declared.MemberName(method)}",
            $"{Declared.MemberName(method)} does not take a Caller first: without one it cannot check the permission");
}
