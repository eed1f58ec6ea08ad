using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.Machines;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Views;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.OperatorCall.Types.Type;
using R = Pipeline.Mesos.Wire.OperatorResponse.Types;
using ResponseType = Pipeline.Mesos.Wire.OperatorResponse.Types.Type;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>The operator calls that only read (recorded in 11, 12 and 14). The lock is held.</summary>
internal sealed class OperatorQueries(MasterNode master)
{
    private readonly MasterState state = master.State;
    private readonly Maintenance maintenance = master.Maintenance;
    private readonly MasterViews views = new(master.State);

    /// <summary>Null for a call that changes something.</summary>
    /// <exception cref="CallRejectedException">404: a master's own files, of which LocalMesos has none.</exception>
    public OperatorResponse? Answer(OperatorCall call) => call.Type switch
    {
        CallType.GetHealth => new() { Type = ResponseType.GetHealth, GetHealth = new GetHealthAnswer { Healthy = true } },
        CallType.GetFlags => new()
        {
            Type = ResponseType.GetFlags, GetFlags = new GetFlagsAnswer { Flags = { Flags.OfMaster(state) } },
        },
        CallType.GetVersion => new()
        {
            Type = ResponseType.GetVersion, GetVersion = new GetVersionAnswer { VersionInfo = MesosVersion.Info() },
        },
        CallType.GetMetrics => new()
        {
            Type = ResponseType.GetMetrics, GetMetrics = new GetMetricsAnswer { Metrics = { Metrics.OfMaster(state) } },
        },
        CallType.GetLoggingLevel => new()
        {
            Type = ResponseType.GetLoggingLevel, GetLoggingLevel = new GetLoggingLevelAnswer { Level = 0 },
        },
        CallType.ListFiles or CallType.ReadFile => throw new CallRejectedException(404, ""),
        _ => AnswerAboutState(call),
    };

    private OperatorResponse? AnswerAboutState(OperatorCall call) => call.Type switch
    {
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
            GetMaintenanceStatus = new R.GetMaintenanceStatus { Status = maintenance.Status },
        },
        CallType.GetMaintenanceSchedule => new()
        {
            Type = ResponseType.GetMaintenanceSchedule,
            GetMaintenanceSchedule = new R.GetMaintenanceSchedule { Schedule = maintenance.Schedule },
        },
        _ => null,
    };
}
