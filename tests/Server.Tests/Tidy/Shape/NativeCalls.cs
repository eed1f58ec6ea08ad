using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>Calls into libc and the like stand in one file of a project.</summary>
public static class NativeCalls
{
    public static IEnumerable<Finding> Find(SourceTree tree) =>
        from file in tree.CSharp
        let imports = file.All<AttributeSyntax>().Where(a => a.Name.ToString().Split('.')[^1] is "DllImport" or "LibraryImport").ToList()
        where imports.Count > 0
        let project = tree.ProjectOf(file)
        where project is not null
        group (file, imports) by project into p
        where p.Count() > 1
        from f in p.OrderByDescending(f => f.imports.Count).Skip(1)
        from import in f.imports
        select new Finding(
            f.file.At(import), f.file.Path, $"a native call outside {p.MaxBy(f => f.imports.Count).file.Path}: move it there");
}
