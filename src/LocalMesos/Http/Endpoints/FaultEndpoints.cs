using System.Net;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>
/// POST /localmesos/…: faults on demand, for tests and demonstrations, from this machine only. README.md lists them.
/// </summary>
internal sealed class FaultEndpoints(MasterNode master)
{
    public void Map(RouteGroupBuilder group)
    {
        MapAgent(group, "kill", master.Liveness.PowerOff);
        MapAgent(group, "crash", master.Liveness.Crash);
        MapAgent(group, "partition", master.Liveness.Partition);
        MapAgent(group, "unregister", master.Liveness.Unregister);
        MapAgent(group, "restart", Restart);
        group.MapPost("/tasks/{id}/kill-executor", Handle(http => KillExecutor(Value(http, "id"))));
        group.MapPost("/master/allocate", Handle(_ => master.Cycle()));
        group.MapPost("/master/restart", Handle(http => master.Restart(http.Request.Query["registry"] == "kept")));
        group.MapPost(
            "/master/leader/{leader}", Handle(http => master.State.Leadership = Leadership.Parse(Value(http, "leader"))));
    }

    private static string Value(HttpContext http, string name) => (string)http.GetRouteValue(name)!;

    private void MapAgent(RouteGroupBuilder group, string action, Action<AgentSlot> act) => group.MapPost(
        $"/agents/{{id}}/{action}", Handle(http => act(Agent(Value(http, "id")))));

    private AgentSlot Agent(string id) => master.State.Agent(id) ?? throw new CallRejectedException(404, $"No agent {id}.");

    private RequestDelegate Handle(Action<HttpContext> action) => http =>
    {
        if (http.Connection.RemoteIpAddress is not { } caller || !IPAddress.IsLoopback(caller))
            throw new CallRejectedException(403, "Only from this machine.");
        lock (master.State.Gate)
            action(http);
        return Responses.EmptyAsync(http, StatusCodes.Status202Accepted);
    };

    private void KillExecutor(string taskId)
    {
        foreach (var framework in master.State.Frameworks.Values.Where(f => f.Tasks.ContainsKey(taskId)).ToList())
            master.State.Agent(framework.Tasks[taskId].AgentId)?.Agent.KillExecutor(framework.Id, taskId);
    }

    private void Restart(AgentSlot agent)
    {
        if (agent.Presence == AgentPresence.Gone || master.Maintenance.IsDown(agent))
            throw new CallRejectedException(409, $"Agent {agent.Id} may not register: it is marked gone, or its machine is down.");
        master.Registration.Reconnect(agent);
    }
}
