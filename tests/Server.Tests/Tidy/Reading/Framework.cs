using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>
/// What the compiler needs besides our sources: the assemblies that this test runs on, without ours, and the implicit usings.
/// </summary>
public static class Framework
{
    private static readonly string[] Always =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    private static readonly string[] OfTheWeb =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting",
        "Microsoft.Extensions.Logging",
    ];

    private static readonly Lazy<IReadOnlyList<MetadataReference>> Known = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("Pipeline.", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p)),
    ]);

    public static IReadOnlyList<MetadataReference> References => Known.Value;

    public static SyntaxTree Usings(bool web) => CSharpSyntaxTree.ParseText(
        string.Concat((web ? [.. Always, .. OfTheWeb] : Always).Select(n => $"global using global::{n};\n")),
        new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None));
}
