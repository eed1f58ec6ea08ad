using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>A name in one file that means a type, or a member of a type, in another.</summary>
/// <param name="Type">The outermost type's full name.</param>
public sealed record Reference(SourceFile From, int Line, SourceFile To, string Type);

/// <summary>Which files of <c>src</c> name what of which others: bound by the compiler, one compilation a project.</summary>
public sealed class ReferenceGraph
{
    private readonly SourceTree tree;
    private readonly Dictionary<SyntaxTree, SourceFile> fileOf;
    private readonly HashSet<string> ourNames;
    private readonly Dictionary<string, CSharpCompilation> compilations = [];

    private ReferenceGraph(SourceTree tree)
    {
        this.tree = tree;
        fileOf = tree.Sources.ToDictionary(f => f.Tree);
        ourNames = [.. tree.Sources.AsParallel().SelectMany(DeclaredNames).Distinct()];
    }

    public IReadOnlyList<Reference> All { get; private set; } = [];

    public static ReferenceGraph Of(SourceTree tree)
    {
        var graph = new ReferenceGraph(tree);
        foreach (var project in tree.Projects.Where(p => p.IsSource))
            graph.Compile(project);
        var work =
            from project in tree.Projects.Where(p => p.IsSource)
            from file in tree.FilesOf(project).Where(f => f.IsCSharp)
            select (file, graph.compilations[project.Name]);
        graph.All = [.. work.AsParallel().AsOrdered().SelectMany(w => graph.ReferencesOf(w.file, w.Item2))];
        return graph;
    }

    private CSharpCompilation Compile(ProjectFile project)
    {
        if (compilations.TryGetValue(project.Name, out var known))
            return known;
        var referred = project.ProjectReferences
            .Select(r => tree.Projects.FirstOrDefault(p => p.IsSource && p.Name == r.Include))
            .OfType<ProjectFile>().SelectMany(p => Closure(p, [])).Distinct()
            .Select(p => Compile(p).ToMetadataReference());
        var sources = tree.FilesOf(project).Where(f => f.IsCSharp)
            .Concat(tree.Sources.Where(f => project.LinkedSources.Contains(f.Path)))
            .Select(f => f.Tree)
            .Append(Framework.Usings(project.UsesWebSdk));
        return compilations[project.Name] = CSharpCompilation.Create(
            $"Tidy.{project.Name}", sources, [.. Framework.References, .. referred],
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Disable));
    }

    private IEnumerable<ProjectFile> Closure(ProjectFile project, HashSet<string> seen) => seen.Add(project.Name)
        ? project.ProjectReferences.SelectMany(r => tree.Projects.Where(p => p.IsSource && p.Name == r.Include))
            .SelectMany(p => Closure(p, seen)).Prepend(project).ToList()
        : [];

    private List<Reference> ReferencesOf(SourceFile file, CSharpCompilation compilation)
    {
        var found = new Dictionary<(SourceFile, string), Reference>();
        var model = compilation.GetSemanticModel(file.Tree);
        foreach (var name in file.All<SimpleNameSyntax>().Where(n => ourNames.Contains(n.Identifier.ValueText)))
        {
            if (Meaning(model, name) is not { } symbol || (symbol as INamedTypeSymbol ?? symbol.ContainingType) is not { } type)
                continue;
            var declared = symbol.OriginalDefinition.Locations.FirstOrDefault(l => l.IsInSource)?.SourceTree;
            if (declared is not null && fileOf.TryGetValue(declared, out var to) && to != file)
            {
                var outer = Outermost(type).ToDisplayString();
                found.TryAdd((to, outer), new Reference(file, SourceFile.LineOf(name.GetLocation()), to, outer));
            }
        }

        return [.. found.Values];
    }

    private static ISymbol? Meaning(SemanticModel model, SimpleNameSyntax name)
    {
        var info = model.GetSymbolInfo(name);
        return (info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) switch
        {
            IMethodSymbol { ReducedFrom: { } extension } => extension,
            INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => info.Symbol ?? info.CandidateSymbols[0],
            _ => null,
        };
    }

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? Outermost(outer) : type.OriginalDefinition;

    private static IEnumerable<string> DeclaredNames(SourceFile file) => file.Root.DescendantNodes().SelectMany(n => n switch
    {
        BaseTypeDeclarationSyntax t =>
            [t.Identifier.ValueText, .. (t as TypeDeclarationSyntax)?.ParameterList?.Parameters.Select(p => p.Identifier.ValueText) ?? []],
        DelegateDeclarationSyntax d => [d.Identifier.ValueText],
        MethodDeclarationSyntax m => [m.Identifier.ValueText],
        PropertyDeclarationSyntax p => [p.Identifier.ValueText],
        EnumMemberDeclarationSyntax e => [e.Identifier.ValueText],
        BaseFieldDeclarationSyntax f => f.Declaration.Variables.Select(v => v.Identifier.ValueText),
        _ => Enumerable.Empty<string>(),
    });
}
