using Google.Protobuf;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Operator;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.OperatorCall.Types.Type;
using R = Pipeline.Mesos.Wire.OperatorResponse.Types;
using ResponseType = Pipeline.Mesos.Wire.OperatorResponse.Types.Type;

namespace Pipeline.LocalMesos.Http;

/// <summary>POST /api/v1 of the master: what an operator, or a test, asks and orders (recorded in 11, 12 and 14).</summary>
internal sealed class OperatorEndpoint(MasterNode master, LocalMesosOptions options, IHostApplicationLifetime life)
{
    private readonly Views views = new(master.State, master.Allocator);

    public async Task HandleAsync(HttpContext http)
    {
        HttpAnswers.RequirePost(http);
        BasicAuthentication.Principal(http, options, BasicAuthentication.Realm.ReadWrite);
        var call = await HttpAnswers.ReadAsync<OperatorCall>(http);
        var mediaType = HttpAnswers.Accepted(http);
        CallMembers.RequireType(call, "master");
        CallMembers.RequireMember(call, "master");
        if (call.Type == CallType.Subscribe)
        {
            await SubscribeAsync(http, mediaType);
            return;
        }

        OperatorResponse? answer;
        lock (master.State.Gate)
            answer = Answer(call);
        if (answer is null)
            HttpAnswers.Empty(http, StatusCodes.Status200OK);
        else
            await HttpAnswers.MessageAsync(http, mediaType, answer);
    }

    private async Task SubscribeAsync(HttpContext http, string mediaType)
    {
        EventStream stream;
        lock (master.State.Gate)
            stream = master.State.Feed.Subscribe();
        using (stream)
            await Streaming.RunAsync(http, stream, mediaType, life.ApplicationStopping);
        lock (master.State.Gate)
            master.State.Feed.Unsubscribe(stream);
    }

    private OperatorResponse? Answer(OperatorCall call) => call.Type switch
    {
        CallType.GetHealth => new() { Type = ResponseType.GetHealth, GetHealth = new GetHealthAnswer { Healthy = true } },
        CallType.GetFlags => new() { Type = ResponseType.GetFlags, GetFlags = new GetFlagsAnswer { Flags = { Flags.OfMaster(master.State) } } },
        CallType.GetVersion => new()
        {
            Type = ResponseType.GetVersion, GetVersion = new GetVersionAnswer { VersionInfo = Views.Version() },
        },
        CallType.GetMetrics => new()
        {
            Type = ResponseType.GetMetrics, GetMetrics = new GetMetricsAnswer { Metrics = { Metrics.OfMaster(master.State) } },
        },
        CallType.GetLoggingLevel => new()
        {
            Type = ResponseType.GetLoggingLevel, GetLoggingLevel = new GetLoggingLevelAnswer { Level = 0 },
        },
        CallType.GetMaster => new() { Type = ResponseType.GetMaster, GetMaster = views.Master() },
        CallType.GetAgents => new() { Type = ResponseType.GetAgents, GetAgents = views.Agents() },
        CallType.GetFrameworks => new() { Type = ResponseType.GetFrameworks, GetFrameworks = views.Frameworks() },
        CallType.GetExecutors => new() { Type = ResponseType.GetExecutors, GetExecutors = views.Executors() },
        CallType.GetOperations => new() { Type = ResponseType.GetOperations, GetOperations = new GetOperationsAnswer() },
        CallType.GetTasks => new() { Type = ResponseType.GetTasks, GetTasks = views.Tasks() },
        CallType.GetState => new() { Type = ResponseType.GetState, GetState = views.State() },
        CallType.GetRoles => new() { Type = ResponseType.GetRoles, GetRoles = views.Roles() },
        CallType.GetWeights => new() { Type = ResponseType.GetWeights },
        CallType.GetQuota => new() { Type = ResponseType.GetQuota, GetQuota = new R.GetQuota { Status = new R.QuotaStatus() } },
        CallType.GetMaintenanceStatus => new()
        {
            Type = ResponseType.GetMaintenanceStatus,
            GetMaintenanceStatus = new R.GetMaintenanceStatus { Status = master.Maintenance.Status },
        },
        CallType.GetMaintenanceSchedule => new()
        {
            Type = ResponseType.GetMaintenanceSchedule,
            GetMaintenanceSchedule = new R.GetMaintenanceSchedule { Schedule = master.Maintenance.Schedule },
        },
        // A master's own log files; LocalMesos has none.
        CallType.ListFiles or CallType.ReadFile => throw new RefusedException(404, ""),
        _ => Change(call),
    };

    private OperatorResponse? Change(OperatorCall call)
    {
        switch (call.Type)
        {
            case CallType.SetLoggingLevel:
                break;
            case CallType.Teardown:
                master.Subscriptions.Remove(master.State.Frameworks.GetValueOrDefault(call.Teardown.FrameworkId.Value)
                    ?? throw new RefusedException(400, "No framework found with specified ID"));
                break;
            case CallType.DeactivateAgent:
                master.Drains.Deactivate(AgentOf(call.DeactivateAgent.AgentId));
                break;
            case CallType.ReactivateAgent:
                Drains.Reactivate(AgentOf(call.ReactivateAgent.AgentId));
                break;
            case CallType.DrainAgent:
                master.Drains.Drain(AgentOf(call.DrainAgent.AgentId), call.DrainAgent);
                break;
            case CallType.MarkAgentGone:
                master.Liveness.MarkGone(master.State.Agent(call.MarkAgentGone.AgentId.Value) ?? throw new RefusedException(404, ""));
                break;
            case CallType.UpdateMaintenanceSchedule:
                master.Maintenance.Update(call.UpdateMaintenanceSchedule.Schedule);
                break;
            case CallType.StartMaintenance:
                master.Maintenance.Start(call.StartMaintenance.Machines);
                break;
            case CallType.StopMaintenance:
                master.Maintenance.Stop(call.StopMaintenance.Machines);
                break;
            default:
                throw new RefusedException(StatusCodes.Status501NotImplemented, $"LocalMesos does not answer {call.Type}");
        }

        return null;
    }

    private AgentSlot AgentOf(AgentID id) =>
        master.State.Agent(id.Value) is { IsRegistered: true } agent ? agent : throw new RefusedException(400, "Unknown agent");
}
