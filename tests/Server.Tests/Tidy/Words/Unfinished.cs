using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Words;

/// <summary>Nothing is left half done.</summary>
public static class Unfinished
{
    private static readonly string[] Marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" + "XX"];

    public static IEnumerable<Finding> Find(SourceTree tree) => tree.CSharp.SelectMany(Exceptions).Concat(tree.CSharp.SelectMany(Comments));

    private static IEnumerable<Finding> Exceptions(SourceFile file) =>
        from name in file.All<IdentifierNameSyntax>()
        where name.Identifier.ValueText == nameof(NotImplementedException) && name.Parent is ObjectCreationExpressionSyntax
        select new Finding(file.At(name), file.Path, "not implemented: write it, or take it away");

    private static IEnumerable<Finding> Comments(SourceFile file) =>
        Marks.Any(m => file.Text.Contains(m, StringComparison.Ordinal))
            ? from trivia in file.Root.DescendantTrivia()
              where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
              let mark = Marks.FirstOrDefault(m => trivia.ToString().Contains(m, StringComparison.Ordinal))
              where mark is not null
              select new Finding(
                  file.At(SourceFile.LineOf(trivia.GetLocation())), file.Path, $"says {mark}: do it now, or put it into ROADMAP.md")
            : [];
}
