using Google.Protobuf;
using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Operator;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>The endpoints of before v1 that health checks, dashboards and people still use (recorded in 11 and 24).</summary>
internal sealed class PlainEndpoint(MasterNode master, LocalMesosOptions options, AgentEndpoint agents)
{
    private readonly PlainViews views = new(master.State);

    public Task MasterAsync(HttpContext http)
    {
        var path = http.Request.Path.Value?.TrimEnd('/') ?? "";
        if (Everywhere(http, path) is { } answered)
            return answered;
        switch (path)
        {
            case "/redirect":
                http.Response.Headers.Location = $"//{Leader()}";
                HttpAnswers.Empty(http, StatusCodes.Status307TemporaryRedirect);
                return Task.CompletedTask;
            case "/teardown":
                return TeardownAsync(http);
            case "/flags":
                return HttpAnswers.PlainJsonAsync(http, PlainJson.Write(new PlainObject(("flags", FlagsOf(Flags.OfMaster(master.State))))));
            case "/metrics/snapshot":
                return HttpAnswers.PlainJsonAsync(http, Locked(() => MetricsOf(Metrics.OfMaster(master.State))));
            default:
                BasicAuthentication.Principal(http, options, BasicAuthentication.Realm.ReadOnly);
                return HttpAnswers.PlainJsonAsync(http, Locked(() => views.Of(path) ?? throw new RefusedException(404, "404 Not Found.")));
        }
    }

    public Task AgentAsync(HttpContext http, AgentSlot agent)
    {
        var path = http.Request.Path.Value?.TrimEnd('/') ?? "";
        if (Everywhere(http, path) is { } answered)
            return answered;
        switch (path)
        {
            case "/flags":
                return HttpAnswers.PlainJsonAsync(http, PlainJson.Write(new PlainObject(("flags", FlagsOf(Flags.OfAgent(master.State, agent))))));
            case "/metrics/snapshot":
                return HttpAnswers.PlainJsonAsync(http, Locked(() => MetricsOf(Metrics.OfAgent(master.State, agent))));
            case "/state":
                return HttpAnswers.PlainJsonAsync(http, Locked(() => PlainJson.Write(views.AgentState(agent))));
            case "/containers":
            case "/monitor/statistics":
                var containers = agents.Containers(agent, nested: false).GetContainers.Containers;
                return HttpAnswers.PlainJsonAsync(http, PlainJson.Write(
                    containers.Select(c => PlainViews.Container(c, withStatus: path == "/containers"))));
            default:
                throw new RefusedException(404, "404 Not Found.");
        }
    }

    /// <summary>What master and agents answer alike.</summary>
    private static Task? Everywhere(HttpContext http, string path)
    {
        switch (path)
        {
            case "/health":
                HttpAnswers.Empty(http, StatusCodes.Status200OK);
                return Task.CompletedTask;
            case "/version":
                return HttpAnswers.PlainJsonAsync(http, PlainJson.Write(PlainViews.Version()));
            default:
                return null;
        }
    }

    private string Leader() => master.State.Leadership.Other ?? $"localhost:{master.State.Port}";

    private async Task TeardownAsync(HttpContext http)
    {
        HttpAnswers.RequirePost(http);
        BasicAuthentication.Principal(http, options, BasicAuthentication.Realm.ReadWrite);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        lock (master.State.Gate)
            master.Subscriptions.Remove(master.State.Frameworks.GetValueOrDefault(form["frameworkId"].ToString())
                ?? throw new RefusedException(400, "No framework found with specified ID"));
        HttpAnswers.Empty(http, StatusCodes.Status200OK);
    }

    private static PlainObject FlagsOf(IEnumerable<Flag> flags) => new([.. flags.Select(f => (f.Name, (object?)f.Value))]);

    private static string MetricsOf(IEnumerable<Metric> metrics) =>
        PlainJson.Write(new PlainObject([.. metrics.Select(m => (m.Name, (object?)m.Value))]));

    private string Locked(Func<string> view)
    {
        lock (master.State.Gate)
            return view();
    }
}
