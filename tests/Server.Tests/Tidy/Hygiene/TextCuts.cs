using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Hygiene;

/// <summary>
/// A text that is too long is cut by <c>ByteText.Cut</c>, and nowhere else: any other cut may go through the middle of a character. Found
/// are the two ways to write one: <c>text.Length &gt; n ? text[..n] : text</c>, and <c>text[..Math.Min(n, text.Length)]</c>.
/// </summary>
public static class TextCuts
{
    private const string Home = "src/Kernel/Text/";

    public static IEnumerable<Finding> Find(SourceTree tree) =>
        from file in tree.CSharp
        where file.Path.StartsWith("src/", StringComparison.Ordinal) && !file.Path.StartsWith(Home, StringComparison.Ordinal)
        from slice in file.All<ElementAccessExpressionSyntax>()
        where slice.ArgumentList.Arguments is [{ Expression: RangeExpressionSyntax { LeftOperand: null, RightOperand: { } end } }]
            && IsCut(slice, end)
        select new Finding(file.At(slice), file.Path, $"{slice} may cut a character in two: ByteText.Cut");

    private static bool IsCut(ElementAccessExpressionSyntax slice, ExpressionSyntax end)
    {
        var length = $"{slice.Expression}.Length";
        var isChosen = slice.FirstAncestorOrSelf<ConditionalExpressionSyntax>() is { Condition: BinaryExpressionSyntax condition } choice
            && (condition.Left.ToString() == length || condition.Right.ToString() == length)
            && (choice.WhenTrue.ToString() == slice.Expression.ToString() || choice.WhenFalse.ToString() == slice.Expression.ToString());
        return isChosen || (end is InvocationExpressionSyntax smaller && smaller.IsCallTo("Math", "Min")
            && smaller.ArgumentList.Arguments.Any(a => a.ToString() == length));
    }
}
