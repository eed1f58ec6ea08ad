namespace Pipeline.Cli.Tests.Kit;

/// <summary>A request as it reached the server.</summary>
/// <param name="Request">Method, path and query: <c>GET /api/v1/clusters?limit=30</c>.</param>
internal sealed record SeenRequest(string Request, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public bool Reads => Request.StartsWith("GET ", StringComparison.Ordinal);
}
