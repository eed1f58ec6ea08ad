using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>
/// What stands in a <c>Core/</c> decides from its arguments alone: no I/O, no clock, no chance, no tasks, nothing remembered.
/// </summary>
public static class PureCore
{
    public static readonly string[] Namespaces =
        ["System.IO", "System.Net", "Npgsql", "Dapper", "Hangfire", "Microsoft.AspNetCore", "Microsoft.Extensions.Logging",
            "System.Threading.Tasks"];

    private static readonly string[] Types =
    [
        "TimeProvider", "Task", "ValueTask", "Random", "File", "Directory", "Process", "HttpClient", "Thread", "Timer", "Stopwatch",
        "Environment", "Console",
    ];

    private static readonly string[] Collections = ["List", "Dictionary", "HashSet", "Queue", "Stack", "ConcurrentDictionary",
        "SortedDictionary", "SortedSet"];

    public static IEnumerable<Finding> Find(SourceTree tree) =>
        tree.Sources.Where(f => $"{f.Folder}/".Contains("/Core/", StringComparison.Ordinal)).SelectMany(InFile);

    private static IEnumerable<Finding> InFile(SourceFile file)
    {
        foreach (var used in file.All<UsingDirectiveSyntax>().Where(u => Impure(u.NamespaceOrType.ToString())))
            yield return Of(file, used, $"uses {used.NamespaceOrType}");
        foreach (var name in file.All<QualifiedNameSyntax>()
            .Where(q => q.Parent is not (QualifiedNameSyntax or UsingDirectiveSyntax) && Impure(q.ToString())))
            yield return Of(file, name, $"uses {name}");
        foreach (var name in file.All<SimpleNameSyntax>().Where(IsImpureType))
            yield return Of(file, name, $"uses {name}");
        foreach (var member in file.All<MemberDeclarationSyntax>().Where(m => m.Has(SyntaxKind.AsyncKeyword)))
            yield return Of(file, member, "is async");
        foreach (var field in file.All<FieldDeclarationSyntax>().Where(f => f.Has(SyntaxKind.StaticKeyword) && Remembers(f)))
            yield return Of(file, field, $"remembers in the static {field.Declaration.Variables[0].Identifier}");
    }

    private static Finding Of(SourceFile file, SyntaxNode node, string what) =>
        new(file.At(node), file.Path, $"a core {what}: take the value as an argument, or move it to the shell");

    private static bool Impure(string @namespace) =>
        Namespaces.Any(n => $"{@namespace}.".StartsWith($"{n}.", StringComparison.Ordinal) && @namespace != "System.Net.IPAddress");

    /// <summary>
    /// A type of ours may have such a name in a namespace; as a member (<c>x.Task</c>) or a label it means something else.
    /// </summary>
    private static bool IsImpureType(SimpleNameSyntax name) => Types.Contains(name.Identifier.ValueText) && name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Expression == name && !IsOwnMember(name),
        QualifiedNameSyntax or NameColonSyntax or NameEqualsSyntax or MemberBindingExpressionSyntax or ExpressionColonSyntax => false,
        AssignmentExpressionSyntax or ArgumentSyntax or SubpatternSyntax => false,
        ExpressionSyntax and not ObjectCreationExpressionSyntax => false,
        _ => true,
    };

    private static bool IsOwnMember(SimpleNameSyntax name) => name.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type
        && (type.Members.OfType<PropertyDeclarationSyntax>().Any(p => p.Identifier.ValueText == name.Identifier.ValueText)
            || type.ParameterList?.Parameters.Any(p => p.Identifier.ValueText == name.Identifier.ValueText) == true);

    private static bool Remembers(FieldDeclarationSyntax field) =>
        !field.Has(SyntaxKind.ReadOnlyKeyword)
        || Collections.Contains((field.Declaration.Type as SimpleNameSyntax)?.Identifier.ValueText)
        || field.Declaration.Type.ToString() == "object";
}
