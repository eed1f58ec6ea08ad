using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Views;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.AgentCall.Types.Type;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;
using ResponseType = Pipeline.Mesos.Wire.AgentResponse.Types.Type;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>POST /api/v1 of an agent: its tasks, containers and files (recorded in 11, 17 and 23).</summary>
internal sealed class AgentEndpoint(MasterState state, SandboxFiles files)
{
    public async Task HandleAsync(HttpContext http)
    {
        var slot = http.Agent();
        var call = await Requests.ReadAsync<AgentCall>(http);
        var mediaType = Requests.AcceptedMediaType(http);
        CallMembers.RequireType(call, "agent");
        CallMembers.RequireMember(call, "agent", "get_containers");
        var answer = call.Type switch
        {
            CallType.ListFiles => new AgentResponse { Type = ResponseType.ListFiles, ListFiles = ListFiles(slot, call.ListFiles.Path) },
            CallType.ReadFile => new AgentResponse { Type = ResponseType.ReadFile, ReadFile = ReadFile(slot, call.ReadFile) },
            CallType.GetContainers => Containers(slot, call.GetContainers?.ShowNested ?? false),
            _ => Answer(slot, call),
        };
        if (answer is null)
            await Responses.EmptyAsync(http, StatusCodes.Status200OK);
        else
            await Responses.MessageAsync(http, mediaType, answer);
    }

    /// <summary>The containers with what they use, which is measured without the lock.</summary>
    public AgentResponse Containers(AgentSlot slot, bool nested)
    {
        var views = new ContainerViews(state, slot);
        R.GetContainers containers;
        lock (state.Gate)
            containers = views.List(nested);
        return new AgentResponse { Type = ResponseType.GetContainers, GetContainers = views.Measure(containers) };
    }

    private AgentResponse? Answer(AgentSlot slot, AgentCall call)
    {
        lock (state.Gate)
        {
            var agent = new AgentViews(state, slot);
            return call.Type switch
            {
                CallType.GetHealth => new() { Type = ResponseType.GetHealth, GetHealth = new GetHealthAnswer { Healthy = true } },
                CallType.GetFlags => new()
                {
                    Type = ResponseType.GetFlags, GetFlags = new GetFlagsAnswer { Flags = { Flags.OfAgent(state, slot) } },
                },
                CallType.GetVersion => new()
                {
                    Type = ResponseType.GetVersion, GetVersion = new GetVersionAnswer { VersionInfo = MesosVersion.Info() },
                },
                CallType.GetMetrics => new()
                {
                    Type = ResponseType.GetMetrics, GetMetrics = new GetMetricsAnswer { Metrics = { Metrics.OfAgent(state, slot) } },
                },
                CallType.GetLoggingLevel => new()
                {
                    Type = ResponseType.GetLoggingLevel, GetLoggingLevel = new GetLoggingLevelAnswer { Level = 0 },
                },
                CallType.GetState => new() { Type = ResponseType.GetState, GetState = agent.State() },
                CallType.GetFrameworks => new() { Type = ResponseType.GetFrameworks, GetFrameworks = agent.Frameworks() },
                CallType.GetExecutors => new() { Type = ResponseType.GetExecutors, GetExecutors = agent.Executors() },
                CallType.GetOperations => new() { Type = ResponseType.GetOperations, GetOperations = new GetOperationsAnswer() },
                CallType.GetTasks => new() { Type = ResponseType.GetTasks, GetTasks = agent.Tasks() },
                CallType.GetAgent => new() { Type = ResponseType.GetAgent, GetAgent = agent.Agent() },
                CallType.GetResourceProviders => new()
                {
                    Type = ResponseType.GetResourceProviders, GetResourceProviders = new R.GetResourceProviders(),
                },
                CallType.SetLoggingLevel => null,
                _ => throw new CallRejectedException(StatusCodes.Status501NotImplemented, $"LocalMesos does not answer {call.Type}"),
            };
        }
    }

    private ListFilesAnswer ListFiles(AgentSlot slot, string path) => new() { FileInfos = { files.List(slot.Id, path) } };

    private ReadFileAnswer ReadFile(AgentSlot slot, ReadFileCall call)
    {
        using var file = files.Open(slot.Id, call.Path);
        if (file.IsDirectory)
            throw new CallRejectedException(400, "Cannot read a directory");
        var (size, data) = file.Read((long)call.Offset, call.HasLength ? (long)call.Length : null);
        return new ReadFileAnswer { Size = (ulong)size, Data = Google.Protobuf.ByteString.CopyFrom(data) };
    }
}
