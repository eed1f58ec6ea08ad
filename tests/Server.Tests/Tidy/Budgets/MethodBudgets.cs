using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Budgets;

/// <summary>How long, how deep and how needy a method may be.</summary>
public static class MethodBudgets
{
    public const int Longest = 70;
    public const int Long = 40;
    public const int Deepest = 3;
    public const int MostParameters = 6;

    public static IEnumerable<Finding> Limit(SourceTree tree) => LongerThan(tree, Longest, "no method may have more than");

    public static IEnumerable<Finding> Length(SourceTree tree) => LongerThan(tree, Long, "the budget is");

    public static IEnumerable<Finding> Nesting(SourceTree tree) =>
        from file in tree.CSharp
        from body in file.Bodies()
        let deepest = body.DescendantNodes().Where(IsNest).Select(n => (Node: n, Depth: DepthOf(n, body))).OrderByDescending(n => n.Depth)
            .FirstOrDefault()
        where deepest.Depth > Deepest
        let name = Declared.MemberName(body)
        select new Finding(
            file.At(deepest.Node), $"{file.Path} {name}",
            $"{name} nests {deepest.Depth} deep, the budget is {Deepest}: return early, or give the inner part a name", deepest.Depth);

    public static IEnumerable<Finding> ConstructorParameters(SourceTree tree) =>
        from file in tree.CSharp
        from constructor in file.All<MemberDeclarationSyntax>().SelectMany(ParametersOf)
        where constructor.Parameters.Count > MostParameters
        select new Finding(
            file.At(constructor.Node), $"{file.Path} {constructor.Type}",
            $"the constructor of {constructor.Type} takes {constructor.Parameters.Count} parameters, the budget is {MostParameters}:"
                + " it is two classes",
            constructor.Parameters.Count);

    private static IEnumerable<Finding> LongerThan(SourceTree tree, int budget, string says) =>
        from file in tree.CSharp
        from body in file.Bodies()
        let lines = LinesOf(body)
        where lines > budget
        let name = Declared.MemberName(body)
        select new Finding(
            file.At(body), $"{file.Path} {name}",
            $"{name} has {lines} lines, {says} {budget}: name its steps, or what it does not know yet", lines);

    /// <summary>
    /// From the signature to the closing brace; what is written above it does not count, nor do the types behind top-level statements.
    /// </summary>
    private static int LinesOf(CSharpSyntaxNode body)
    {
        if (body is CompilationUnitSyntax unit)
        {
            var statements = unit.Members.OfType<GlobalStatementSyntax>().ToList();
            return LastLine(statements[^1]) - SourceFile.LineOf(statements[0].GetLocation()) + 1;
        }

        var attributes = ((MemberDeclarationSyntax)body).AttributeLists;
        var first = attributes.Count == 0 ? body.GetFirstToken() : attributes.Last().GetLastToken().GetNextToken();
        return LastLine(body) - SourceFile.LineOf(first.GetLocation()) + 1;
    }

    private static int LastLine(SyntaxNode node) => node.GetLocation().GetLineSpan().EndLinePosition.Line + 1;

    private static int DepthOf(SyntaxNode node, SyntaxNode body) => node.AncestorsAndSelf().TakeWhile(n => n != body).Count(IsNest);

    /// <summary><c>else if</c> is the same floor; so are a <c>using</c> under a <c>using</c> and a lambda.</summary>
    private static bool IsNest(SyntaxNode node) => node switch
    {
        IfStatementSyntax => node.Parent is not ElseClauseSyntax,
        UsingStatementSyntax => node.Parent is not UsingStatementSyntax,
        CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax => true,
        SwitchStatementSyntax or TryStatementSyntax or LockStatementSyntax => true,
        _ => false,
    };

    private static IEnumerable<(SyntaxNode Node, string Type, SeparatedSyntaxList<ParameterSyntax> Parameters)> ParametersOf(
        MemberDeclarationSyntax member)
    {
        if (member is ClassDeclarationSyntax or StructDeclarationSyntax
            && member is TypeDeclarationSyntax { ParameterList: { } primary } type)
            yield return (type, type.Identifier.ValueText, primary.Parameters);
        else if (member is ConstructorDeclarationSyntax constructor && constructor.Parent is not RecordDeclarationSyntax)
            yield return (constructor, constructor.Identifier.ValueText, constructor.ParameterList.Parameters);
    }
}
