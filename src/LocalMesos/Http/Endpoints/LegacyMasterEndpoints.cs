using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Views;
using Pipeline.LocalMesos.Views.Legacy;
using Pipeline.LocalMesos.Virtual;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>The master's endpoints that predate the v1 API and are still in wide use (recorded in 11 and 24).</summary>
internal sealed class LegacyMasterEndpoints(MasterNode master)
{
    private readonly MasterState state = master.State;
    private readonly LegacyMasterView view = new(master.State);

    public void Map(RouteGroupBuilder group)
    {
        var always = group.MapGroup("").WithMetadata(new AnsweredWithoutLeading());
        always.Map("/health", http => Responses.EmptyAsync(http, StatusCodes.Status200OK));
        always.Map("/version", Json(LegacyMasterView.Version));
        always.Map("/flags", Json(() => LegacyLists.Flags(Flags.OfMaster(state))));
        always.Map("/metrics/snapshot", Json(() => LegacyLists.Metrics(Metrics.OfMaster(state))));
        group.Map("/redirect", Redirect);
        group.MapPost("/teardown", TeardownAsync);
        group.Map("/state", Authenticated(view.State));
        group.Map("/state-summary", Authenticated(view.Summary));
        group.Map("/slaves", Authenticated(view.Agents));
        group.Map("/tasks", Authenticated(view.Tasks));
        group.Map("/frameworks", Authenticated(view.Frameworks));
        group.Map("/roles", Authenticated(view.Roles));
        foreach (var path in (string[])["/quota", "/maintenance/schedule", "/maintenance/status"])
            group.Map(path, Authenticated(() => new LegacyObject()));
        group.Map("/weights", Authenticated(() => Array.Empty<string>()));
        group.Map("/files/browse", BrowseAsync);
    }

    private RequestDelegate Json(Func<object> show) => http =>
    {
        string json;
        lock (state.Gate)
            json = LegacyJson.Write(show());
        return Responses.LegacyJsonAsync(http, json);
    };

    private RequestDelegate Authenticated(Func<object> show)
    {
        var json = Json(show);
        return http =>
        {
            BasicAuthentication.Authenticate(http, state.Options, AuthenticationRealm.ReadOnly);
            return json(http);
        };
    }

    private Task Redirect(HttpContext http)
    {
        http.Response.Headers.Location = $"//localhost:{state.Port}";
        return Responses.EmptyAsync(http, StatusCodes.Status307TemporaryRedirect);
    }

    private async Task TeardownAsync(HttpContext http)
    {
        BasicAuthentication.Authenticate(http, state.Options, AuthenticationRealm.ReadWrite);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        lock (state.Gate)
            master.Subscriptions.Remove(state.Frameworks.GetValueOrDefault(form["frameworkId"].ToString())
                ?? throw new CallRejectedException(400, "No framework found with specified ID"));
        await Responses.EmptyAsync(http, StatusCodes.Status200OK);
    }

    /// <summary>The sandboxes of virtual agents are empty; a master has no other files.</summary>
    private Task BrowseAsync(HttpContext http)
    {
        bool isVirtual;
        lock (state.Gate)
            isVirtual = VirtualAgents.OwnsSandbox(state, http.Request.Query["path"].ToString());
        return isVirtual ? Responses.LegacyJsonAsync(http, "[]") : throw new CallRejectedException(404, "404 Not Found.");
    }
}
