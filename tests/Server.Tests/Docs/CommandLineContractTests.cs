using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Docs;

/// <summary>
/// What the command line sends (<c>tests/Cli.Tests/Reviewed/writes.txt</c>, held by its own tests) against the endpoints that take it: the
/// two share no code, and a command that the server always refuses would pass the tests of both.
/// </summary>
public sealed class CommandLineContractTests : IAsyncDisposable
{
    private static readonly string Writes = Path.Combine(RepositoryRoot.Path, "tests/Cli.Tests/Reviewed/writes.txt");
    private readonly WebApplication app = MappedApi.Create();

    public static TheoryData<string> Lines => new(File.ReadAllLines(Writes));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Theory]
    [MemberData(nameof(Lines))]
    public void What_a_command_sends_is_what_an_endpoint_takes(string line)
    {
        var (request, body) = (line.Split('\t')[0], line.Split('\t')[1]);
        var endpoint = EndpointOf(request.Split(' ')[0], request.Split(' ')[1].Split('?')[0]);
        Assert.True(endpoint is not null, $"Nothing is mapped for {request}.");
        var type = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        if (type is null)
        {
            Assert.True(body is "" or "{}", $"{request} takes no body.");
            return;
        }

        var accepts = endpoint.Metadata.GetRequiredMetadata<IAcceptsMetadata>();
        Assert.True(body.Length > 0 || accepts.IsOptional, $"{request} needs a body.");
        if (body.Length == 0)
            return;
        JsonSerializer.Deserialize(body, type, app.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
        using var sent = JsonDocument.Parse(body);
        Assert.All(Needed(type), name => Assert.True(
            sent.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null, $"{request} sends no {name}."));
    }

    private RouteEndpoint? EndpointOf(string method, string path) => ((IEndpointRouteBuilder)app).DataSources
        .SelectMany(d => d.Endpoints).OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(method) == true
            && new TemplateMatcher(TemplateParser.Parse(e.RoutePattern.RawText!.TrimStart('/')), []).TryMatch(path, []))
        .OrderBy(e => e.RoutePattern.Parameters.Count)
        .FirstOrDefault();

    /// <summary>What a body must have: parameters without a default that cannot be null.</summary>
    private static IEnumerable<string> Needed(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First().GetParameters()
            .Where(p => !p.HasDefaultValue && Nullable.GetUnderlyingType(p.ParameterType) is null
                && nullability.Create(p).WriteState != NullabilityState.Nullable)
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name!));
    }
}
