using Pipeline.LocalMesos.Master;

namespace Pipeline.LocalMesos.Http;

/// <summary>POST /localmesos/agents/{id}/kill|partition|restart: faults on demand, for tests and demonstrations. Loopback only.</summary>
internal sealed class AdminEndpoint(MasterNode master)
{
    private const string Prefix = "/localmesos/agents/";

    public static bool Matches(PathString path) => path.StartsWithSegments("/localmesos");

    public void Handle(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } caller || !System.Net.IPAddress.IsLoopback(caller))
            throw new RefusedException(403, "Only from this machine.");
        if (http.Request.Method != HttpMethods.Post)
            throw new RefusedException(405, "405 Method Not Allowed. Expecting one of { 'POST' }.");
        var path = http.Request.Path.Value!;
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || path[Prefix.Length..].Split('/') is not [var id, var action])
            throw new RefusedException(404, "Expecting /localmesos/agents/{id}/kill, /partition or /restart.");
        lock (master.State.Gate)
        {
            var agent = master.State.Agent(id) ?? throw new RefusedException(404, $"No agent {id}.");
            Act(agent, action);
        }

        HttpAnswers.Empty(http, StatusCodes.Status202Accepted);
    }

    private void Act(AgentSlot agent, string action)
    {
        switch (action)
        {
            case "kill":
                master.Liveness.Kill(agent);
                break;
            case "partition":
                master.Liveness.Partition(agent);
                break;
            case "restart":
                master.Liveness.Return(agent);
                break;
            default:
                throw new RefusedException(404, $"'{action}' is not one of kill, partition, restart.");
        }
    }
}
