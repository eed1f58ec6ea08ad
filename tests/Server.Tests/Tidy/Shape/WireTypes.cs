using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>Only the client of Mesos and its double know a wire type.</summary>
public static class WireTypes
{
    private const string Wire = "Pipeline.Mesos.Wire";

    public static IEnumerable<Finding> Find(SourceTree tree) =>
        from file in tree.Sources
        where tree.ProjectOf(file)?.Name is not ("Mesos" or "LocalMesos")
        from name in file.All<NameSyntax>()
        where name.Parent is not QualifiedNameSyntax && $"{name}.".StartsWith($"{Wire}.", StringComparison.Ordinal)
        select new Finding(file.At(name), file.Path, $"{name} is a wire type: take what Pipeline.Mesos makes of it");
}
