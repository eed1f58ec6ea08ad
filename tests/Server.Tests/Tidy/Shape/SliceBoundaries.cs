using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>
/// Another slice is reached by its contract; only what puts the product together sees modules and options, only the flow sees jobs.
/// </summary>
public static partial class SliceBoundaries
{
    public static IEnumerable<Finding> Find(SourceTree tree) => Usings(tree).Concat(Types(tree)).DistinctBy(f => (f.At, f.What));

    private static IEnumerable<Finding> Usings(SourceTree tree)
    {
        foreach (var file in tree.Files.Where(f => (f.IsCSharp || f.IsRazor) && f.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            foreach (var (line, used) in file.IsCSharp ? InCSharp(file) : InRazor(file))
            {
                if (Layout.SliceOf(used) is { } slice && tree.ProjectOf(file) is { } project && project.Name != slice
                    && !Layout.IsContract(slice, used) && !(used == $"Pipeline.{slice}" && Layout.Composers.Contains(project.Name))
                    && !(used == $"Pipeline.{slice}.Jobs" && Layout.FlowFiles.Contains(file.Path)))
                    yield return new Finding(
                        file.At(line), file.Path, $"{used} is inside {slice}: use Pipeline.{slice}.Contract, or add there what is missing");
            }
        }
    }

    private static IEnumerable<Finding> Types(SourceTree tree) =>
        from r in tree.References.All
        let @namespace = r.To.Namespace() ?? ""
        let slice = Layout.SliceOf(@namespace)
        let project = tree.ProjectOf(r.From)
        where slice is not null && project is not null && project.Name != slice && tree.ProjectOf(r.To)?.Name == slice
            && !MaySee(project.Name, r.From.Path, slice, @namespace, r.Type[(r.Type.LastIndexOf('.') + 1)..])
        select new Finding(
            r.From.At(r.Line), r.From.Path, $"{r.Type} is inside {slice}: use Pipeline.{slice}.Contract, or add there what is missing");

    private static bool MaySee(string project, string file, string slice, string @namespace, string type) =>
        Layout.IsContract(slice, @namespace)
        || (Layout.Composers.Contains(project) && @namespace == $"Pipeline.{slice}"
            && (type.EndsWith("Module", StringComparison.Ordinal) || type.EndsWith("Options", StringComparison.Ordinal)))
        || (Layout.FlowFiles.Contains(file) && @namespace == $"Pipeline.{slice}.Jobs");

    private static IEnumerable<(int Line, string Namespace)> InCSharp(SourceFile file) =>
        file.All<UsingDirectiveSyntax>().Select(u => (SourceFile.LineOf(u.GetLocation()), u.NamespaceOrType.ToString()));

    private static IEnumerable<(int Line, string Namespace)> InRazor(SourceFile file) =>
        UsingDirective().Matches(file.Text).Select(m => (file.Text.AsSpan(..m.Index).Count('\n') + 1, m.Groups[1].Value));

    [GeneratedRegex(@"^@using\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
