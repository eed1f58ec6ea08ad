using System.Reflection;
using NetArchTest.Rules;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>
/// What <see cref="PureCore"/> reads in the sources, asked of the compiled types: an extension method or a <c>var</c> hides nothing from
/// it.
/// </summary>
public static class CompiledCore
{
    public static IEnumerable<Finding> Find(SourceTree tree) => Find(
        [.. tree.Projects.Where(p => p.IsSource).Select(p => Path.Combine(AppContext.BaseDirectory, $"Pipeline.{p.Name}.dll"))
            .Where(File.Exists).Select(Assembly.LoadFrom)]);

    public static IEnumerable<Finding> Find(params Assembly[] assemblies) =>
        from failing in Types.InAssemblies(assemblies)
            .That().ResideInNamespaceMatching(@"\.Core($|\.)")
            .ShouldNot().HaveDependencyOnAny(PureCore.Namespaces)
            .GetResult().FailingTypes ?? []
        group failing by failing.FullName.Split('/', '+')[0] into type
        select new Finding(
            type.Key, type.Key,
            $"{type.First().Explanation}: a core takes values, the shell fetches them. It may use none of "
            + $"{string.Join(", ", PureCore.Namespaces)}");
}
