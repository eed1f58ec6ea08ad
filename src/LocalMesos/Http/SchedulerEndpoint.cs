using Google.Protobuf;
using Pipeline.LocalMesos.Master;
using Pipeline.Mesos;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>POST /api/v1/scheduler.</summary>
internal sealed class SchedulerEndpoint(MasterNode master, LocalMesosOptions options, IHostApplicationLifetime life)
{
    private const string StreamIdHeader = "Mesos-Stream-Id";

    public async Task HandleAsync(HttpContext http)
    {
        if (http.Request.Method != HttpMethods.Post)
        {
            http.Response.Headers.Allow = "POST";
            throw new RefusedException(405,
                $"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{http.Request.Method}'.");
        }

        var principal = BasicAuthentication.Principal(http, options, "mesos-master-scheduler");
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
            master.Handle(framework, call);
        }
    }

    private async Task SubscribeAsync(HttpContext http, Call call)
    {
        if (http.Request.Headers.ContainsKey(StreamIdHeader))
            throw new RefusedException(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
        var mediaType = HttpAnswers.Accepted(http)
            ?? throw new RefusedException(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
        FrameworkStream stream;
        lock (master.State.Gate)
            stream = master.Subscriptions.Subscribe(call.Subscribe);
        using (stream)
        {
            http.Response.ContentType = mediaType;
            http.Response.Headers[StreamIdHeader] = stream.Id;
            try
            {
                await StreamAsync(http, stream, mediaType == HttpAnswers.Json);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The framework went away, or we are stopping.
            }
            finally
            {
                if (!life.ApplicationStopping.IsCancellationRequested)
                    Disconnected(stream);
            }
        }
    }

    private void Disconnected(FrameworkStream stream)
    {
        lock (master.State.Gate)
            master.Subscriptions.Disconnected(stream);
    }

    private async Task StreamAsync(HttpContext http, FrameworkStream stream, bool json)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        var body = http.Response.BodyWriter;
        await http.Response.StartAsync(stop.Token);
        while (await stream.Events.WaitToReadAsync(stop.Token))
        {
            while (stream.Events.TryRead(out var e))
                RecordIoWriter.Write(body, json ? ProtoJsonWriter.Write(e) : e.ToByteArray());
            await body.FlushAsync(stop.Token);
        }
    }
}
