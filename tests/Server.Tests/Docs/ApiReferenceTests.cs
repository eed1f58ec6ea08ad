using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Docs;

/// <summary><c>docs/api.md</c> against what the slices map: methods, paths and permissions.</summary>
public sealed partial class ApiReferenceTests
{
    [Fact]
    public async Task The_reference_lists_exactly_the_endpoints_that_are_mapped()
    {
        var written = File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "api.md"))
            .Select(line => Row().Match(line)).Where(m => m.Success)
            .Select(m => $"{m.Groups["method"].Value} {m.Groups["path"].Value} {m.Groups["permission"].Value}")
            .ToList();
        await using var app = MappedApi.Create();
        var mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().SelectMany(Describe)
            .ToList();

        Assert.Equal(written.Count, written.Distinct().Count());
        Assert.Equal(mapped.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Describe(RouteEndpoint endpoint)
    {
        var path = "/" + Constraint().Replace(endpoint.RoutePattern.RawText ?? "", "").Trim('/');
        if (!path.StartsWith("/api/v1", StringComparison.Ordinal))
            return [];
        var rules = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>();
        var policies = rules.Select(a => a.Policy).OfType<string>().ToList();
        var permission = policies.LastOrDefault(p => p != Permission.View) ?? policies.LastOrDefault() ?? "nobody asks";
        if (permission == Permission.View && rules.Any(a => a.Policy is null))
            permission += " signed in";
        return endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} {path} {permission}");
    }

    [GeneratedRegex(@"^\| (?<method>[A-Z]+) \| `(?<path>/api/v1[^`]*)` \| (?<permission>[a-z ]+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(":[a-z]+(?=})")]
    private static partial Regex Constraint();
}
