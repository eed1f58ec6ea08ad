using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>One text file of the repository; its path is relative to the root, with <c>/</c>.</summary>
public sealed class SourceFile(string path, string text)
{
    private static readonly CSharpParseOptions Latest = new(LanguageVersion.Preview, DocumentationMode.None);

    private readonly Lazy<SyntaxTree> tree = new(() => CSharpSyntaxTree.ParseText(text, Latest, path));
    private readonly Lazy<string[]> lines = new(() => text.Split('\n'));

    public string Path { get; } = path;

    public string Text { get; } = text;

    public string Folder { get; } = path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    public string Name { get; } = path[(path.LastIndexOf('/') + 1)..];

    public bool IsCSharp { get; } = path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsRazor { get; } = path.EndsWith(".razor", StringComparison.Ordinal);

    public SyntaxTree Tree => tree.Value;

    public CompilationUnitSyntax Root => (CompilationUnitSyntax)Tree.GetRoot();

    /// <summary>The lines, without the empty piece behind a last line feed.</summary>
    public ReadOnlySpan<string> Lines => lines.Value.Length > 0 && lines.Value[^1].Length == 0 ? lines.Value.AsSpan(..^1) : lines.Value;

    public int CodeLines => lines.Value.Count(l => !string.IsNullOrWhiteSpace(l));

    public IEnumerable<T> All<T>() where T : SyntaxNode => Root.DescendantNodes().OfType<T>();

    public string At(SyntaxNode node) => At(LineOf(node.GetLocation()));

    public string At(SyntaxToken token) => At(LineOf(token.GetLocation()));

    public string At(int line) => $"{Path}:{line}";

    public static int LineOf(Location location) => location.GetLineSpan().StartLinePosition.Line + 1;
}
