using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Words;

/// <summary>What a page names in <c>`code`</c> or links to exists: files, folders, types and their members.</summary>
public static partial class DocumentedNames
{
    public static IEnumerable<Finding> Find(SourceTree tree)
    {
        var known = KnownNames(tree);
        var endings = Endings(tree);
        foreach (var page in tree.Files.Where(IsChecked))
        {
            var prose = Fence().Replace(page.Text, m => new string('\n', m.Value.Count(c => c == '\n')));
            foreach (var (index, name) in Links(prose).Concat(Codes(prose)))
            {
                var missing = NamedPath().IsMatch(name) ? !endings.Contains(name.TrimEnd('/')) && !Exists(tree, page, name)
                    : MemberPath().IsMatch(name) && !name.TrimEnd('(', ')').Split('.').All(known.Contains);
                if (missing)
                    yield return new Finding(
                        page.At(prose.AsSpan(..index).Count('\n') + 1), $"{page.Path} {name}",
                        $"{name} does not exist: name what took its place");
            }
        }
    }

    /// <summary>Every page but the change log, which names what existed when a change was made.</summary>
    private static bool IsChecked(SourceFile file) => file.Path.EndsWith(".md", StringComparison.Ordinal) && file.Path != "CHANGELOG.md";

    private static IEnumerable<(int, string)> Codes(string prose) => Code().Matches(prose).Select(m => (m.Index, m.Groups[1].Value));

    private static IEnumerable<(int, string)> Links(string prose) => Link().Matches(prose)
        .Select(m => (m.Index, m.Groups[1].Value)).Where(l => NamedPath().IsMatch(l.Value));

    private static bool Exists(SourceTree tree, SourceFile page, string name) =>
        tree.Paths.Contains(Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", page.Folder, name))).TrimEnd('/'));

    /// <summary>A page may leave out the folders that its sentence is about: the end of a path is enough.</summary>
    private static HashSet<string> Endings(SourceTree tree)
    {
        var endings = new HashSet<string>();
        foreach (var path in tree.Paths)
        {
            var parts = path.Split('/');
            for (var i = 0; i < parts.Length; i++)
                endings.Add(string.Join('/', parts[i..]));
        }

        return endings;
    }

    /// <summary>Every identifier in the sources: ours, and those of others that we call.</summary>
    private static HashSet<string> KnownNames(SourceTree tree) =>
    [
        .. tree.CSharp.AsParallel()
            .SelectMany(f => f.Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText))
            .Distinct(),
        .. tree.Projects.Select(p => p.Name),
        .. tree.Files.Where(f => f.IsRazor).Select(f => Path.GetFileNameWithoutExtension(f.Name)),
    ];

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")]
    private static partial Regex Link();

    /// <summary>Of a folder's or a file's form: <c>src/Kernel</c>, <c>Core/</c>, <c>Loop/ClusterLoop.cs</c>, <c>Flow.cs</c>.</summary>
    [GeneratedRegex(
        """
        ^(?: (?:src|tests|bench|pipelines|docs|scripts|packaging) / [\w./-]*
           | [A-Z][A-Za-z.]* (?:/[A-Za-z][\w.]*)* /
           | (?:[\w.-]+/)* \w[\w.-]* \.(?:cs|razor|md|csproj|sql|proto|txt)
         )$
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NamedPath();

    /// <summary><c>Type.Member</c>, with or without brackets.</summary>
    [GeneratedRegex(@"^[A-Z]\w+(?:\.[A-Z]\w+)+(?:\(\))?$")]
    private static partial Regex MemberPath();
}
