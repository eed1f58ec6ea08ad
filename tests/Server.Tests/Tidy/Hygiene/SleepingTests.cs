using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Hygiene;

/// <summary>No test waits by the wall clock, asserts what it read from one, or is skipped.</summary>
public static class SleepingTests
{
    /// <summary>The one place that polls, with a limit.</summary>
    private const string Poll = "tests/TestKit/Eventually.cs";

    public static IEnumerable<Finding> Find(SourceTree tree) => tree.TestSources.Where(f => f.Path != Poll)
        .SelectMany(f => Sleeps(f).Concat(Skips(f)).Concat(Timings(f)));

    private static IEnumerable<Finding> Sleeps(SourceFile file) =>
        from call in file.All<InvocationExpressionSyntax>()
        where call.IsCallTo("Thread", "Sleep") || call.IsCallTo("SpinWait", "SpinUntil")
            || (call.IsCallTo("Task", "Delay") && !IsHarmless(call.ArgumentList))
        select new Finding(file.At(call), file.Path, "sleeps: wait for a condition with Eventually, or move a fake clock");

    /// <summary>Until cancelled, or by a clock that the test was given.</summary>
    private static bool IsHarmless(ArgumentListSyntax arguments) =>
        arguments.Arguments is [{ Expression: var span }, ..] && span.ToString() is "Timeout.Infinite" or "Timeout.InfiniteTimeSpan" or "-1"
        || arguments.Arguments.Skip(1).Any(a => a.Expression is IdentifierNameSyntax { Identifier.ValueText: var clock }
            && (clock.Contains("time", StringComparison.OrdinalIgnoreCase) || clock.Contains("clock", StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<Finding> Skips(SourceFile file) =>
        (from argument in file.All<AttributeArgumentSyntax>()
         where argument.NameEquals?.Name.Identifier.ValueText is "Skip" or "SkipUnless" or "SkipWhen" or "Explicit"
         select new Finding(file.At(argument), file.Path, "skipped: repair the test, or take it away"))
        .Concat(
            from call in file.All<InvocationExpressionSyntax>()
            where call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Assert" } } to
                && to.Name.Identifier.ValueText is "Skip" or "SkipUnless" or "SkipWhen"
            select new Finding(file.At(call), file.Path, "skips itself: what is missing is an error"));

    private static IEnumerable<Finding> Timings(SourceFile file) =>
        from call in file.All<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Assert" } }
            && call.ArgumentList.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => IsElapsed(n, call))
        select new Finding(file.At(call), file.Path, "asserts a wall-clock time: measure it in bench/");

    private static bool IsElapsed(IdentifierNameSyntax name, SyntaxNode at) => ReadsClock(name) || IsTaken(name.Identifier.ValueText, at);

    private static bool ReadsClock(IdentifierNameSyntax name) =>
        name.Identifier.ValueText is "Elapsed" or "ElapsedMilliseconds" or "ElapsedTicks" or "GetElapsedTime";

    /// <summary>Whether the local was set from what a clock said.</summary>
    private static bool IsTaken(string local, SyntaxNode at) =>
        at.FirstAncestorOrSelf<BaseMethodDeclarationSyntax>() is { } method
        && method.DescendantNodes().OfType<VariableDeclaratorSyntax>()
            .Any(v =>
                v.Identifier.ValueText == local && v.Initializer?.DescendantNodes().OfType<IdentifierNameSyntax>().Any(ReadsClock) == true);
}
