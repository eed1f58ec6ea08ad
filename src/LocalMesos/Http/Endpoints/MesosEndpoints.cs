using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Views;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>
/// The endpoints of a master and its agents. As in Mesos, paths may have the prefix <c>/master</c> or <c>/slave(1)</c>, and whatever begins
/// with <c>/api/v1</c> and is not more specific belongs to the operator API.
/// </summary>
internal static class MesosEndpoints
{
    private const string OperatorApi = "/api/v1/{**rest}";

    public static void MapMesosEndpoints(this WebApplication app, MasterNode master)
    {
        new FaultEndpoints(master).Map(app.MapGroup("/localmesos").WithMetadata(Served.OnMasterPort, new AnsweredWithoutLeading()));
        MapMaster(app, master);
        MapAgents(app, master);
    }

    private static void MapMaster(WebApplication app, MasterNode master)
    {
        var scheduler = new SchedulerEndpoint(master, app.Lifetime);
        var operators = new OperatorEndpoint(master, new OperatorFeed(master.State), app.Lifetime);
        var legacy = new LegacyMasterEndpoints(master);
        foreach (var prefix in (string[])["", "/master"])
        {
            var group = app.MapGroup(prefix).WithMetadata(Served.OnMasterPort);
            group.MapPost("/api/v1/scheduler/{**rest}", scheduler.HandleAsync);
            group.MapPost(OperatorApi, operators.HandleAsync);
            legacy.Map(group);
        }
    }

    private static void MapAgents(WebApplication app, MasterNode master)
    {
        var files = new SandboxFiles(master.State.Options.WorkDirectory);
        var agents = new AgentEndpoint(master.State, files);
        var executors = new ExecutorEndpoint(master.State, app.Lifetime);
        var legacy = new LegacyAgentEndpoints(master.State, agents);
        foreach (var prefix in (string[])["", "/slave(1)"])
        {
            var group = app.MapGroup(prefix).WithMetadata(Served.OnAgentPorts);
            group.MapPost("/api/v1/executor/{**rest}", executors.HandleAsync);
            group.MapPost(OperatorApi, agents.HandleAsync);
            legacy.Map(group);
        }

        new FilesEndpoints(files).Map(app.MapGroup("/files").WithMetadata(Served.OnAgentPorts));
    }
}
