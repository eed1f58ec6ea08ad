using Pipeline.LocalMesos.Master;

namespace Pipeline.LocalMesos.Http;

/// <summary>
/// POST /localmesos/…: faults on demand, for tests and demonstrations. Loopback only.
/// <c>agents/{id}/kill|crash|partition|unregister|restart</c>, <c>tasks/{id}/kill-executor</c>, <c>master/allocate</c>,
/// <c>master/restart</c> (<c>?registry=kept</c>), <c>master/leader/self|nobody|host:port</c>.
/// </summary>
internal sealed class AdminEndpoint(MasterNode master)
{
    public static bool Matches(PathString path) => path.StartsWithSegments("/localmesos");

    public Task HandleAsync(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } caller || !System.Net.IPAddress.IsLoopback(caller))
            throw new RefusedException(403, "Only from this machine.");
        if (http.Request.Method != HttpMethods.Post)
            throw new RefusedException(405, "405 Method Not Allowed. Expecting one of { 'POST' }.");
        var parts = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        lock (master.State.Gate)
        {
            switch (parts)
            {
                case ["agents", var id, var action]:
                    Act(master.State.Agent(id) ?? throw new RefusedException(404, $"No agent {id}."), action);
                    break;
                case ["tasks", var id, "kill-executor"]:
                    KillExecutor(id);
                    break;
                case ["master", "allocate"]:
                    master.Cycle();
                    break;
                case ["master", "restart"]:
                    master.Restart(http.Request.Query["registry"] == "kept");
                    break;
                case ["master", "leader", var leader]:
                    master.State.Leadership = leader switch
                    {
                        "self" => Leadership.Self,
                        "nobody" => Leadership.Nobody,
                        _ => new Leadership(false, leader),
                    };
                    break;
                default:
                    throw new RefusedException(404, "Expecting agents/{id}/…, tasks/{id}/kill-executor, master/allocate|restart|leader.");
            }
        }

        HttpAnswers.Empty(http, StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    private void KillExecutor(string taskId)
    {
        foreach (var framework in master.State.Frameworks.Values.Where(f => f.Tasks.ContainsKey(taskId)).ToList())
            master.State.Agent(framework.Tasks[taskId].AgentId)?.Agent.KillExecutor(framework.Id, taskId);
    }

    private void Act(AgentSlot agent, string action)
    {
        switch (action)
        {
            case "kill":
                master.Liveness.Kill(agent);
                break;
            case "crash":
                master.Liveness.Crash(agent);
                break;
            case "partition":
                master.Liveness.Partition(agent);
                break;
            case "unregister":
                master.Liveness.Unregister(agent);
                break;
            case "restart":
                Restart(agent);
                break;
            default:
                throw new RefusedException(404, $"'{action}' is not one of kill, crash, partition, unregister, restart.");
        }
    }

    private void Restart(AgentSlot agent)
    {
        if (agent.Presence == AgentPresence.Gone || master.Maintenance.IsDown(agent))
            throw new RefusedException(409, $"Agent {agent.Id} may not register: it is marked gone, or its machine is down.");
        master.Liveness.Return(agent);
    }
}
