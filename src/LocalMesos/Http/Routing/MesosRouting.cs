using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;

namespace Pipeline.LocalMesos.Http.Routing;

/// <summary>The middleware around the endpoints: rejections, redirects to the leader, agents that cannot be reached.</summary>
internal static class MesosRouting
{
    public static void UseMesosRouting(this WebApplication app, MasterState state)
    {
        app.UseRequestDecompression();
        app.UseStatusCodePages(context => ErrorPageAsync(context.HttpContext));
        app.Use(RejectAsync);
        app.Use((http, next) => AdmitAsync(http, state, next));
        app.UseRouting();
        app.Use((http, next) => http.Connection.LocalPort == state.Port
            ? MasterAsync(http, state, next)
            : AgentAsync(http, AgentAt(state, http.Connection.LocalPort), next));
    }

    /// <summary>The agent on whose port the request came in.</summary>
    public static AgentSlot Agent(this HttpContext http) => http.Features.GetRequiredFeature<AgentSlot>();

    private static Task ErrorPageAsync(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Responses.TextAsync(http, 404, "404 Not Found."),
        StatusCodes.Status405MethodNotAllowed => Responses.TextAsync(
            http, 405, $"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{http.Request.Method}'."),
        _ => Task.CompletedTask,
    };

    private static async Task RejectAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (CallRejectedException e)
        {
            await Responses.TextAsync(http, e.Status, e.Message);
        }
    }

    /// <summary>
    /// A page of somewhere else, whose name a resolver turned into ours, must not speak to this cluster; neither must another user of the
    /// machine, where credentials are required.
    /// </summary>
    private static Task AdmitAsync(HttpContext http, MasterState state, RequestDelegate next)
    {
        var host = http.Request.Host.Host;
        if (host != "localhost" && !(IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
            throw new CallRejectedException(403, $"'{host}' is not a name of this machine's own: use localhost or 127.0.0.1.");
        if (state.Options.RequireCredentials)
            BasicAuthentication.Authenticate(http, state.Options, AuthenticationRealm.Everything);
        return next(http);
    }

    /// <summary>A master that does not lead sends clients to the leader, without a scheme (recorded in 19).</summary>
    private static Task MasterAsync(HttpContext http, MasterState state, RequestDelegate next)
    {
        if (state.Leadership.IsSelf || http.GetEndpoint()?.Metadata.GetMetadata<AnsweredWithoutLeading>() is not null)
            return next(http);
        if (state.Leadership.Other is not { } leader)
            throw new CallRejectedException(503, "No leader elected");
        var path = http.Request.Path.StartsWithSegments("/master", out var rest) ? rest : http.Request.Path;
        http.Response.Headers.Location = path.StartsWithSegments("/redirect")
            ? $"//{leader}"
            : $"//{leader}/master{path.Value?.TrimEnd('/')}";
        return Responses.EmptyAsync(http, StatusCodes.Status307TemporaryRedirect);
    }

    private static Task AgentAsync(HttpContext http, AgentSlot? agent, RequestDelegate next)
    {
        if (agent is null)
            throw new CallRejectedException(404, "404 Not Found.");
        if (!agent.Agent.IsLinked)
        {
            // The machine is off or cut off: a caller must see no answer, not an error.
            http.Abort();
            return Task.CompletedTask;
        }

        http.Features.Set(agent);
        return next(http);
    }

    private static AgentSlot? AgentAt(MasterState state, int port)
    {
        lock (state.Gate)
            return state.Agents.FirstOrDefault(a => a.Agent.Ports.ApiPort == port);
    }
}
