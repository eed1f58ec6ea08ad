using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>Questions to declarations that several rules ask.</summary>
public static class Declared
{
    public static bool Has(this MemberDeclarationSyntax member, SyntaxKind modifier) => member.Modifiers.Any(modifier);

    public static bool IsTopLevel(this MemberDeclarationSyntax type) =>
        type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax;

    /// <summary>The types of a file that are not inside another, delegates too.</summary>
    public static IEnumerable<(MemberDeclarationSyntax Node, string Name)> TopLevelTypes(this SourceFile file) =>
        file.Root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<MemberDeclarationSyntax>()
            .Select(m => (m, m switch
            {
                BaseTypeDeclarationSyntax t => t.Identifier.ValueText,
                DelegateDeclarationSyntax d => d.Identifier.ValueText,
                _ => "",
            }))
            .Where(t => t.Item2.Length > 0);

    public static string? Namespace(this SourceFile file) => file.All<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString();

    /// <summary><c>Type.Member</c>, for a message and a key that survive moved lines.</summary>
    public static string MemberName(CSharpSyntaxNode member)
    {
        var own = member switch
        {
            MethodDeclarationSyntax m => m.Identifier.ValueText,
            ConstructorDeclarationSyntax => "constructor",
            DestructorDeclarationSyntax => "finalizer",
            OperatorDeclarationSyntax o => $"operator {o.OperatorToken.ValueText}",
            ConversionOperatorDeclarationSyntax => "conversion",
            PropertyDeclarationSyntax p => p.Identifier.ValueText,
            IndexerDeclarationSyntax => "indexer",
            EventDeclarationSyntax e => e.Identifier.ValueText,
            FieldDeclarationSyntax f => f.Declaration.Variables[0].Identifier.ValueText,
            _ => "statements",
        };
        return member.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>() is { } type ? $"{type.Identifier.ValueText}.{own}" : own;
    }

    /// <summary>Everything with statements or an expression as its body; a file's top-level statements come as the file's root.</summary>
    public static IEnumerable<CSharpSyntaxNode> Bodies(this SourceFile file)
    {
        foreach (var member in file.All<MemberDeclarationSyntax>())
        {
            if (member is BaseMethodDeclarationSyntax or PropertyDeclarationSyntax or IndexerDeclarationSyntax or EventDeclarationSyntax)
                yield return member;
        }

        if (file.Root.Members.Any(SyntaxKind.GlobalStatement))
            yield return file.Root;
    }

    /// <summary>
    /// Whether the node is a static class, or the like, of the name: <c>Thread</c> in <c>Thread.Sleep</c> and
    /// <c>System.Threading.Thread.Sleep</c>.
    /// </summary>
    public static bool IsCallTo(this InvocationExpressionSyntax call, string type, string method) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name, Expression: var on }
        && name == method && (on.ToString() == type || on.ToString().EndsWith($".{type}", StringComparison.Ordinal));
}
