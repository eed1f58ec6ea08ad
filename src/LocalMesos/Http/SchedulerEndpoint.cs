using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>POST /api/v1/scheduler.</summary>
internal sealed class SchedulerEndpoint(MasterNode master, LocalMesosOptions options, IHostApplicationLifetime life)
{
    private const string StreamIdHeader = "Mesos-Stream-Id";

    public async Task HandleAsync(HttpContext http)
    {
        HttpAnswers.RequirePost(http);
        var principal = BasicAuthentication.Principal(http, options, BasicAuthentication.Realm.Scheduler);
        var call = await HttpAnswers.ReadAsync<Call>(http);
        CallValidation.Require(call, principal);
        if (call.Type == Call.Types.Type.Subscribe)
        {
            await SubscribeAsync(http, call);
            return;
        }

        Handle(http, call);
        HttpAnswers.Empty(http, call.Type == Call.Types.Type.UpdateFramework ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private void Handle(HttpContext http, Call call)
    {
        var streamId = http.Request.Headers[StreamIdHeader].ToString();
        lock (master.State.Gate)
        {
            if (!master.State.Frameworks.TryGetValue(call.FrameworkId.Value, out var framework))
                throw new RefusedException(400, "Framework cannot be found");
            if (framework.Stream is null)
                throw new RefusedException(403, "Framework is not subscribed");
            if (streamId.Length == 0)
                throw new RefusedException(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
            if (streamId != framework.Stream.Id)
                throw new RefusedException(
                    400, $"The stream ID '{streamId}' included in this request didn't match the stream ID currently associated with " +
                    $"framework ID {framework.Id}");
            if (call.UpdateFramework is { } update)
                CallValidation.RequireUpdate(framework, update);
            master.Handle(framework, call);
        }
    }

    private async Task SubscribeAsync(HttpContext http, Call call)
    {
        if (http.Request.Headers.ContainsKey(StreamIdHeader))
            throw new RefusedException(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
        var mediaType = HttpAnswers.Accepted(http);
        EventStream stream;
        lock (master.State.Gate)
            stream = master.Subscriptions.Subscribe(call.Subscribe);
        using (stream)
        {
            http.Response.Headers[StreamIdHeader] = stream.Id;
            await Streaming.RunAsync(http, stream, mediaType, life.ApplicationStopping);
            if (!life.ApplicationStopping.IsCancellationRequested)
                Disconnected(stream);
        }
    }

    private void Disconnected(EventStream stream)
    {
        lock (master.State.Gate)
            master.Subscriptions.Disconnected(stream);
    }
}
