using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Hygiene;

/// <summary>
/// What blocks a thread, or throws where nobody catches. <c>BannedSymbols.txt</c> has what the compiler can find by itself.
/// </summary>
public static class BannedCalls
{
    public static IEnumerable<Finding> Find(SourceTree tree) => tree.CSharp.SelectMany(InFile);

    private static IEnumerable<Finding> InFile(SourceFile file)
    {
        foreach (var method in file.All<MethodDeclarationSyntax>()
            .Where(m => m.Has(SyntaxKind.AsyncKeyword) && m.ReturnType.ToString() == "void"))
            yield return new Finding(
                file.At(method), file.Path, $"{method.Identifier} is async void: return a Task, or nobody sees its exception");
        foreach (var call in file.All<InvocationExpressionSyntax>())
        {
            if (call.IsCallTo("Thread", "Sleep"))
                yield return new Finding(file.At(call), file.Path, "Thread.Sleep holds a thread: await Task.Delay with a TimeProvider");
            else if (call.IsCallTo("GC", "Collect") && file.Path.StartsWith("src/", StringComparison.Ordinal)) // a test of garbage needs it
                yield return new Finding(file.At(call), file.Path, "GC.Collect: the runtime knows better");
            else if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetResult" } result
                && result.Expression is InvocationExpressionSyntax inner
                && inner.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetAwaiter" })
                yield return new Finding(file.At(call), file.Path, "GetAwaiter().GetResult() blocks a thread: await it");
        }
    }
}
