using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Hygiene;

/// <summary>The identifiers of some sources, and the namespaces in scope there.</summary>
public sealed partial class SourceWords
{
    /// <summary>The empty one is the global namespace: some packages keep their extension methods there.</summary>
    private static readonly string[] Implicit =
    [
        "", "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
        "System.Threading.Tasks",
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Http", "Microsoft.Extensions.Configuration",
        "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private readonly HashSet<string> words = [];
    private readonly HashSet<string> namespaces = [.. Implicit];

    public SourceWords(IEnumerable<SourceFile> files)
    {
        foreach (var file in files)
        {
            if (file.IsCSharp)
                AddCSharp(file);
            else
                AddRazor(file);
        }
    }

    /// <summary>A name is used where its namespace is in scope and the name stands in the text.</summary>
    public bool Use(PublicName name) => words.Contains(name.Name) && namespaces.Contains(name.Namespace);

    private void AddCSharp(SourceFile file)
    {
        words.UnionWith(file.Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText));
        words.UnionWith(file.All<AttributeSyntax>().Select(a => $"{a.Name}Attribute"));
        foreach (var name in file.All<UsingDirectiveSyntax>().Select(u => u.NamespaceOrType).Concat(file.All<QualifiedNameSyntax>()))
            AddNamespace(name.ToString());
        foreach (var access in file.All<MemberAccessExpressionSyntax>()
            .Where(m => m.Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax))
            AddNamespace(access.Expression.ToString());
    }

    private void AddRazor(SourceFile file)
    {
        words.UnionWith(Word().Matches(file.Text).Select(m => m.Value));
        foreach (Match used in UsingDirective().Matches(file.Text))
            AddNamespace(used.Groups[1].Value);
    }

    /// <summary>A <c>using</c> may name a type: what is before its last dot is in use too.</summary>
    private void AddNamespace(string name)
    {
        namespaces.Add(name);
        if (name.LastIndexOf('.') is var dot and > 0)
            namespaces.Add(name[..dot]);
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"@using\s+([\w.]+)")]
    private static partial Regex UsingDirective();
}
