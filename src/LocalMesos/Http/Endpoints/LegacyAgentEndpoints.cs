using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Views;
using Pipeline.LocalMesos.Views.Legacy;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>An agent's endpoints that predate the v1 API (recorded in 11 and 24).</summary>
internal sealed class LegacyAgentEndpoints(MasterState state, AgentEndpoint agents)
{
    private readonly LegacyAgentView view = new(state);

    public void Map(RouteGroupBuilder group)
    {
        group.Map("/health", http => Responses.EmptyAsync(http, StatusCodes.Status200OK));
        group.Map("/version", Json(_ => LegacyMasterView.Version()));
        group.Map("/flags", Json(agent => LegacyLists.Flags(Flags.OfAgent(state, agent))));
        group.Map("/metrics/snapshot", Json(agent => LegacyLists.Metrics(Metrics.OfAgent(state, agent))));
        group.Map("/state", Json(view.OwnState));
        group.Map("/containers", http => ContainersAsync(http, withStatus: true));
        group.Map("/monitor/statistics", http => ContainersAsync(http, withStatus: false));
    }

    private RequestDelegate Json(Func<AgentSlot, object> show) => http =>
    {
        string json;
        lock (state.Gate)
            json = LegacyJson.Write(show(http.Agent()));
        return Responses.LegacyJsonAsync(http, json);
    };

    private Task ContainersAsync(HttpContext http, bool withStatus)
    {
        var containers = agents.Containers(http.Agent(), nested: false).GetContainers.Containers;
        return Responses.LegacyJsonAsync(http, LegacyJson.Write(containers.Select(c => LegacyAgentView.Container(c, withStatus))));
    }
}
