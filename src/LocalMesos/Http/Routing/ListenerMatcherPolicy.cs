using Microsoft.AspNetCore.Routing.Matching;

namespace Pipeline.LocalMesos.Http.Routing;

/// <summary>Selects endpoints by the port that a request came in on. The Host header cannot tell: clients may send any.</summary>
internal sealed class ListenerMatcherPolicy(int masterPort) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(e => e.Metadata.GetMetadata<Served>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var byMaster = httpContext.Connection.LocalPort == masterPort;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && candidates[i].Endpoint.Metadata.GetMetadata<Served>() is { } served
                && served.ByMaster != byMaster)
                candidates.SetValidity(i, false);
        }

        return Task.CompletedTask;
    }
}
