using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Views;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.ExecutorCall.Types.Type;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>POST /api/v1/executor of an agent, for a framework's own executors (recorded in 23).</summary>
internal sealed class ExecutorEndpoint(MasterState state, IHostApplicationLifetime lifetime)
{
    private const string Prefix = "Failed to validate Executor::Call: ";

    public async Task HandleAsync(HttpContext http)
    {
        var slot = http.Agent();
        var call = await Requests.ReadAsync<ExecutorCall>(http);
        Require(call);
        if (call.Type == CallType.Subscribe)
        {
            await SubscribeAsync(http, slot, call);
            return;
        }

        lock (state.Gate)
        {
            var executor = Find(slot, call);
            if (!executor.IsSubscribed)
                throw new CallRejectedException(403, "Executor is not subscribed");
            Handle(slot, call);
        }

        await Responses.EmptyAsync(http, StatusCodes.Status202Accepted);
    }

    private static void Require(ExecutorCall call)
    {
        if (!call.HasType || call.Type == CallType.Unknown)
            throw new CallRejectedException(400, Prefix + "Expecting 'type' to be present");
        var member = call.Type switch
        {
            CallType.Subscribe when call.Subscribe is null => "subscribe",
            CallType.Update when call.Update is null => "update",
            CallType.Message when call.Message is null => "message",
            _ => null,
        };
        if (member is not null)
            throw new CallRejectedException(400, $"{Prefix}Expecting '{member}' to be present");
        if (call.Update?.Status is not { } status)
            return;
        if (!status.HasUuid)
            throw new CallRejectedException(400, Prefix + "Expecting 'uuid' to be present");
        if (status.Source != Mesos.Wire.TaskStatus.Types.Source.Executor)
            throw new CallRejectedException(400, $"{Prefix}Received Call from executor {call.ExecutorId.Value} of framework " +
                $"{call.FrameworkId.Value} with invalid source, expecting 'SOURCE_EXECUTOR'");
    }

    private static CustomExecutor Find(AgentSlot slot, ExecutorCall call) =>
        slot.Agent.CustomExecutor(call.FrameworkId.Value, call.ExecutorId.Value)
        ?? throw new CallRejectedException(400, "Executor cannot be found");

    private static void Handle(AgentSlot slot, ExecutorCall call)
    {
        if (call.Type == CallType.Update)
        {
            call.Update.Status.ExecutorId ??= call.ExecutorId;
            slot.Agent.UpdateFromExecutor(call.FrameworkId.Value, call.Update.Status);
        }
        else if (call.Type == CallType.Message)
            slot.Agent.SendToScheduler(call.FrameworkId.Value, call.ExecutorId.Value, call.Message.Data);
    }

    private async Task SubscribeAsync(HttpContext http, AgentSlot slot, ExecutorCall call)
    {
        var mediaType = Requests.AcceptedMediaType(http);
        using var stream = new EventStream(state.Time);
        CustomExecutor executor;
        lock (state.Gate)
            executor = Find(slot, call);
        await executor.Launched.WaitAsync(http.RequestAborted);
        lock (state.Gate)
        {
            executor = Find(slot, call);
            executor.Subscribe(stream, new ExecutorEvent
            {
                Type = ExecutorEvent.Types.Type.Subscribed,
                Subscribed = new ExecutorEvent.Types.Subscribed
                {
                    ExecutorInfo = executor.Info, FrameworkInfo = executor.Framework, AgentInfo = MasterViews.InfoByAgent(slot),
                    ContainerId = executor.Location.Container,
                },
            });
        }

        await Streaming.RunAsync(http, stream, mediaType, lifetime.ApplicationStopping);
        lock (state.Gate)
            executor.Disconnected(stream);
    }
}
