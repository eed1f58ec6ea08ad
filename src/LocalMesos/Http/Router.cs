using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Virtual;

namespace Pipeline.LocalMesos.Http;

/// <summary>The endpoints of a master and its agents.</summary>
internal sealed record Endpoints(
    SchedulerEndpoint Scheduler, OperatorEndpoint Operators, AgentEndpoint Agents, ExecutorEndpoint Executors, FilesEndpoint Files,
    PlainEndpoint Plain);

/// <summary>
/// By port to the master or an agent, then by path as Mesos matches it: an optional /master (or /slave(1)) prefix, and whatever begins
/// with /api/v1 and is not more special belongs to the operator API.
/// </summary>
internal sealed class Router(MasterNode master, Endpoints endpoints, AdminEndpoint admin)
{
    private static readonly string[] AnsweredByAnyMaster = ["/health", "/version", "/flags", "/metrics"];

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
            return admin.HandleAsync(http);
        if (!master.State.Leadership.IsSelf && !AnsweredByAnyMaster.Any(p => path.StartsWithSegments(p)))
        {
            Refer(http);
            return Task.CompletedTask;
        }

        if (path == "/files/browse" && IsOfVirtualTask(http.Request.Query["path"].ToString()))
            return HttpAnswers.PlainJsonAsync(http, "[]");
        if (path.StartsWithSegments("/api/v1/scheduler"))
            return endpoints.Scheduler.HandleAsync(http);
        return path.StartsWithSegments("/api/v1") ? endpoints.Operators.HandleAsync(http) : endpoints.Plain.MasterAsync(http);
    }

    /// <summary>Not by us: to the leader, without a scheme (recorded in 19).</summary>
    private void Refer(HttpContext http)
    {
        if (master.State.Leadership.Other is not { } leader)
            throw new RefusedException(503, "No leader elected");
        http.Response.Headers.Location = http.Request.Path.StartsWithSegments("/redirect")
            ? $"//{leader}"
            : $"//{leader}/master{http.Request.Path.Value?.TrimEnd('/')}";
        HttpAnswers.Empty(http, StatusCodes.Status307TemporaryRedirect);
    }

    private Task AgentAsync(HttpContext http, AgentSlot agent)
    {
        if (!agent.Agent.IsLinked)
        {
            // The machine is off or cut away: a caller must see no answer, not an error.
            http.Abort();
            return Task.CompletedTask;
        }

        if (http.Request.Path.StartsWithSegments("/slave(1)", out var rest) && !rest.StartsWithSegments("/files"))
            http.Request.Path = rest;
        var path = http.Request.Path;
        if (path.StartsWithSegments("/files"))
            return endpoints.Files.HandleAsync(http, agent.Agent);
        if (path.StartsWithSegments("/api/v1/executor"))
            return endpoints.Executors.HandleAsync(http, agent);
        return path.StartsWithSegments("/api/v1") ? endpoints.Agents.HandleAsync(http, agent) : endpoints.Plain.AgentAsync(http, agent);
    }

    private bool IsOfVirtualTask(string path)
    {
        lock (master.State.Gate)
            return VirtualAgents.Knows(master.State, path);
    }

    private AgentSlot AgentAt(int port)
    {
        lock (master.State.Gate)
            return master.State.Agents.FirstOrDefault(a => a.Agent.Ports.ApiPort == port)
                ?? throw new RefusedException(StatusCodes.Status404NotFound, "404 Not Found.");
    }
}
