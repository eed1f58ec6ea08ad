using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>POST /api/v1/scheduler.</summary>
internal sealed class SchedulerEndpoint(MasterNode master, IHostApplicationLifetime lifetime)
{
    private const string StreamIdHeader = "Mesos-Stream-Id";

    public async Task HandleAsync(HttpContext http)
    {
        var principal = BasicAuthentication.Authenticate(http, master.State.Options, AuthenticationRealm.Scheduler);
        var call = await Requests.ReadAsync<Call>(http);
        CallValidation.Require(call, principal);
        if (call.Type == Call.Types.Type.Subscribe)
        {
            await SubscribeAsync(http, call);
            return;
        }

        Handle(http, call);
        await Responses.EmptyAsync(
            http, call.Type == Call.Types.Type.UpdateFramework ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private void Handle(HttpContext http, Call call)
    {
        var streamId = http.Request.Headers[StreamIdHeader].ToString();
        lock (master.State.Gate)
        {
            if (!master.State.Frameworks.TryGetValue(call.FrameworkId.Value, out var framework))
                throw new CallRejectedException(400, "Framework cannot be found");
            if (framework.Stream is null)
                throw new CallRejectedException(403, "Framework is not subscribed");
            if (streamId.Length == 0)
                throw new CallRejectedException(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
            if (streamId != framework.Stream.Id)
                throw new CallRejectedException(
                    400, $"The stream ID '{streamId}' included in this request didn't match the stream ID currently associated with " +
                    $"framework ID {framework.Id}");
            if (call.UpdateFramework is { } update)
                CallValidation.RequireUpdate(framework, update);
            master.Calls.Handle(framework, call);
        }
    }

    private async Task SubscribeAsync(HttpContext http, Call call)
    {
        if (http.Request.Headers.ContainsKey(StreamIdHeader))
            throw new CallRejectedException(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
        var mediaType = Requests.AcceptedMediaType(http);
        EventStream stream;
        lock (master.State.Gate)
            stream = master.Subscriptions.Subscribe(call.Subscribe);
        using (stream)
        {
            http.Response.Headers[StreamIdHeader] = stream.Id;
            await Streaming.RunAsync(http, stream, mediaType, lifetime.ApplicationStopping);
            if (!lifetime.ApplicationStopping.IsCancellationRequested)
                Disconnected(stream);
        }
    }

    private void Disconnected(EventStream stream)
    {
        lock (master.State.Gate)
            master.Subscriptions.Disconnected(stream);
    }
}
