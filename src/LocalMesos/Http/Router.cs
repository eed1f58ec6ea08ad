using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master;

namespace Pipeline.LocalMesos.Http;

/// <summary>
/// By port to the master or an agent, then by path as Mesos matches it: an optional /master prefix, and whatever begins with
/// /api/v1 and is not the scheduler's belongs to the operator API.
/// </summary>
internal sealed class Router(MasterNode master, SchedulerEndpoint scheduler, OperatorEndpoint operators, FilesEndpoint files,
    AdminEndpoint admin)
{
    public async Task RouteAsync(HttpContext http)
    {
        try
        {
            if (http.Connection.LocalPort == master.State.Port)
                await MasterAsync(http);
            else
                await AgentAsync(http, AgentAt(http.Connection.LocalPort));
        }
        catch (RefusedException e)
        {
            await HttpAnswers.TextAsync(http, e.Status, e.Message);
        }
    }

    private Task MasterAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/master", out var rest))
            http.Request.Path = rest;
        var path = http.Request.Path;
        if (AdminEndpoint.Matches(path))
        {
            admin.Handle(http);
            return Task.CompletedTask;
        }

        if (path.StartsWithSegments("/api/v1/scheduler"))
            return scheduler.HandleAsync(http);
        return path.StartsWithSegments("/api/v1") ? operators.HandleAsync(http) : operators.HandlePlainAsync(http);
    }

    private Task AgentAsync(HttpContext http, Agent agent)
    {
        if (!agent.IsLinked)
        {
            // The machine is off or cut away: a caller must see no answer, not an error.
            http.Abort();
            return Task.CompletedTask;
        }

        if (http.Request.Path.StartsWithSegments("/files"))
            return files.HandleAsync(http, agent);
        return http.Request.Path.Value is "/health"
            ? HttpAnswers.TextAsync(http, StatusCodes.Status200OK, "")
            : throw new RefusedException(StatusCodes.Status404NotFound, "404 Not Found.");
    }

    private Agent AgentAt(int port)
    {
        lock (master.State.Gate)
            return master.State.Agents.Find(a => a.Agent.Ports.ApiPort == port)?.Agent
                ?? throw new RefusedException(StatusCodes.Status404NotFound, "404 Not Found.");
    }
}
