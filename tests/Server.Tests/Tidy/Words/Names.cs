using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Words;

/// <summary>Names are the field's: no empty suffix, no slang.</summary>
public static class Names
{
    public static IEnumerable<Finding> Suffixes(SourceTree tree) =>
        from file in tree.CSharp
        from type in file.All<BaseTypeDeclarationSyntax>()
        let name = type.Identifier.ValueText
        let suffix = Vocabulary.Suffixes.FirstOrDefault(s => name.EndsWith(s, StringComparison.Ordinal))
        where suffix is not null
        select new Finding(
            file.At(type.Identifier), $"{file.Path} {name}", $"{name} ends in {suffix}: say what it is (CONTRIBUTING.md has the suffixes)");

    public static IEnumerable<Finding> Slang(SourceTree tree) =>
        from file in tree.CSharp.AsParallel().AsOrdered()
        from token in file.Root.DescendantNodes().SelectMany(DeclaredBy)
        from word in Vocabulary.SlangIn(token.ValueText)
        select new Finding(
            file.At(token), $"{tree.ProjectOf(file)?.Folder} {word.Replace(" ", "", StringComparison.Ordinal)}",
            $"{token.ValueText} says {word}: the field's word is {Vocabulary.Slang[word]}");

    /// <summary>Names that we gave; what others named, we cannot change.</summary>
    private static IEnumerable<SyntaxToken> DeclaredBy(SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax t => [t.Identifier],
        DelegateDeclarationSyntax d => [d.Identifier],
        MethodDeclarationSyntax m => [m.Identifier],
        PropertyDeclarationSyntax p => [p.Identifier],
        EventDeclarationSyntax e => [e.Identifier],
        EnumMemberDeclarationSyntax e => [e.Identifier],
        VariableDeclaratorSyntax v => [v.Identifier],
        ParameterSyntax p => [p.Identifier],
        SingleVariableDesignationSyntax v => [v.Identifier],
        ForEachStatementSyntax f => [f.Identifier],
        LocalFunctionStatementSyntax f => [f.Identifier],
        TypeParameterSyntax t => [t.Identifier],
        FromClauseSyntax f => [f.Identifier],
        LetClauseSyntax l => [l.Identifier],
        BaseNamespaceDeclarationSyntax n => n.Name.DescendantTokens(),
        _ => Enumerable.Empty<SyntaxToken>(),
    };
}
