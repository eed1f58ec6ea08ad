using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Operator;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.AgentCall.Types.Type;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;
using ResponseType = Pipeline.Mesos.Wire.AgentResponse.Types.Type;

namespace Pipeline.LocalMesos.Http;

/// <summary>POST /api/v1 of an agent: its tasks, containers and files (recorded in 11, 17 and 23).</summary>
internal sealed class AgentEndpoint(MasterNode master, SandboxFiles files)
{
    private readonly Views views = new(master.State, master.Allocator);

    public async Task HandleAsync(HttpContext http, AgentSlot slot)
    {
        HttpAnswers.RequirePost(http);
        var call = await HttpAnswers.ReadAsync<AgentCall>(http);
        var mediaType = HttpAnswers.Accepted(http);
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
            HttpAnswers.Empty(http, StatusCodes.Status200OK);
        else
            await HttpAnswers.MessageAsync(http, mediaType, answer);
    }

    /// <summary>With what the processes use, which is measured outside the lock.</summary>
    public AgentResponse Containers(AgentSlot slot, bool nested)
    {
        var agent = new AgentViews(master.State, slot, views);
        R.GetContainers containers;
        lock (master.State.Gate)
            containers = agent.Containers(nested);
        return new AgentResponse { Type = ResponseType.GetContainers, GetContainers = agent.Measure(containers) };
    }

    private AgentResponse? Answer(AgentSlot slot, AgentCall call)
    {
        lock (master.State.Gate)
        {
            var agent = new AgentViews(master.State, slot, views);
            return call.Type switch
            {
                CallType.GetHealth => new() { Type = ResponseType.GetHealth, GetHealth = new GetHealthAnswer { Healthy = true } },
                CallType.GetFlags => new()
                {
                    Type = ResponseType.GetFlags, GetFlags = new GetFlagsAnswer { Flags = { Flags.OfAgent(master.State, slot) } },
                },
                CallType.GetVersion => new()
                {
                    Type = ResponseType.GetVersion, GetVersion = new GetVersionAnswer { VersionInfo = Views.Version() },
                },
                CallType.GetMetrics => new()
                {
                    Type = ResponseType.GetMetrics, GetMetrics = new GetMetricsAnswer { Metrics = { Metrics.OfAgent(master.State, slot) } },
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
                _ => throw new RefusedException(StatusCodes.Status501NotImplemented, $"LocalMesos does not answer {call.Type}"),
            };
        }
    }

    private ListFilesAnswer ListFiles(AgentSlot slot, string path) => new() { FileInfos = { files.List(slot.Agent, path) } };

    private ReadFileAnswer ReadFile(AgentSlot slot, ReadFileCall call)
    {
        var real = files.Resolve(slot.Agent, call.Path);
        if (Directory.Exists(real))
            throw new RefusedException(400, "Cannot read a directory");
        var (size, data) = SandboxFiles.Read(real, (long)call.Offset, call.HasLength ? (long)call.Length : null);
        return new ReadFileAnswer { Size = (ulong)size, Data = Google.Protobuf.ByteString.CopyFrom(data) };
    }
}
