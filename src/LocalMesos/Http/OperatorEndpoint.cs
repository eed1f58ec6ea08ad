using Google.Protobuf;
using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.OperatorCall.Types.Type;
using ResponseType = Pipeline.Mesos.Wire.OperatorResponse.Types.Type;

namespace Pipeline.LocalMesos.Http;

/// <summary>POST /api/v1 of the master: what an operator, or a test, asks (recorded in 11). /health, /version and /state beside
/// it.</summary>
internal sealed class OperatorEndpoint(MasterNode master, LocalMesosOptions options)
{
    public async Task HandleAsync(HttpContext http)
    {
        if (http.Request.Method != HttpMethods.Post)
        {
            http.Response.Headers.Allow = "POST";
            throw new RefusedException(405,
                $"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{http.Request.Method}'.");
        }

        BasicAuthentication.Principal(http, options, "mesos-master-readwrite");
        var call = await HttpAnswers.ReadAsync<OperatorCall>(http);
        var mediaType = HttpAnswers.Accepted(http)
            ?? throw new RefusedException(406, "Expecting 'Accept' to allow application/json, application/x-protobuf");
        if (!call.HasType || call.Type == CallType.Unknown)
            throw new RefusedException(400, "Failed to validate master::Call: Expecting 'type' to be present");
        OperatorResponse? answer;
        lock (master.State.Gate)
            answer = Answer(call);
        if (answer is null)
            HttpAnswers.Empty(http, StatusCodes.Status202Accepted);
        else
            await HttpAnswers.BytesAsync(
                http, mediaType, mediaType == HttpAnswers.Json ? ProtoJsonWriter.Write(answer, listsToKeep: true) : answer.ToByteArray());
    }

    /// <summary>The old endpoints that health checks and people use.</summary>
    public Task HandlePlainAsync(HttpContext http) => http.Request.Path.Value?.TrimEnd('/') switch
    {
        "/health" => HttpAnswers.TextAsync(http, StatusCodes.Status200OK, ""),
        "/version" => PlainAsync(http, Views.Version()),
        "/state" => StateAsync(http),
        _ => throw new RefusedException(StatusCodes.Status404NotFound, "404 Not Found."),
    };

    private Task StateAsync(HttpContext http)
    {
        BasicAuthentication.Principal(http, options, "mesos-master-readonly");
        OperatorResponse.Types.GetState state;
        lock (master.State.Gate)
            state = Views.State(master.State);
        return PlainAsync(http, state);
    }

    private static Task PlainAsync(HttpContext http, IMessage message) =>
        HttpAnswers.BytesAsync(http, HttpAnswers.Json, ProtoJsonWriter.Write(message, listsToKeep: true));

    private OperatorResponse? Answer(OperatorCall call)
    {
        switch (call.Type)
        {
            case CallType.GetHealth:
                return new OperatorResponse { Type = ResponseType.GetHealth, GetHealth
                    = new OperatorResponse.Types.GetHealth { Healthy = true } };
            case CallType.GetVersion:
                var version = new OperatorResponse.Types.GetVersion { VersionInfo = Views.Version() };
                return new OperatorResponse { Type = ResponseType.GetVersion, GetVersion = version };
            case CallType.GetMaster:
                return new OperatorResponse { Type = ResponseType.GetMaster, GetMaster = Views.Master(master.State) };
            case CallType.GetAgents:
                return new OperatorResponse { Type = ResponseType.GetAgents, GetAgents = Views.Agents(master.State) };
            case CallType.GetFrameworks:
                return new OperatorResponse { Type = ResponseType.GetFrameworks, GetFrameworks = Views.Frameworks(master.State) };
            case CallType.GetTasks:
                return new OperatorResponse { Type = ResponseType.GetTasks, GetTasks = Views.Tasks(master.State) };
            case CallType.GetState:
                return new OperatorResponse { Type = ResponseType.GetState, GetState = Views.State(master.State) };
            default:
                Change(call);
                return null;
        }
    }

    private void Change(OperatorCall call)
    {
        switch (call)
        {
            case { Type: CallType.Teardown, Teardown: { } teardown }:
                master.Subscriptions.Remove(master.State.Frameworks.GetValueOrDefault(teardown.FrameworkId.Value)
                    ?? throw new RefusedException(400, "No framework found with specified ID"));
                break;
            case { Type: CallType.DeactivateAgent, DeactivateAgent: { } deactivate }:
                var leaving = AgentOf(deactivate.AgentId);
                leaving.IsDeactivated = true;
                master.State.RemoveOffers(o => o.Agent == leaving, rescind: true);
                break;
            case { Type: CallType.ReactivateAgent, ReactivateAgent: { } reactivate }:
                Reactivate(AgentOf(reactivate.AgentId));
                break;
            default:
                throw new RefusedException(StatusCodes.Status501NotImplemented, $"LocalMesos does not answer {call.Type}");
        }
    }

    private static void Reactivate(AgentSlot agent)
    {
        if (!agent.IsDeactivated)
            throw new RefusedException(400, "Agent is not deactivated");
        agent.IsDeactivated = false;
    }

    private AgentSlot AgentOf(AgentID id) => master.State.Agent(id.Value) ?? throw new RefusedException(400, "Unknown agent");
}
