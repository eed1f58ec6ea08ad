using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Views;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.OperatorCall.Types.Type;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>POST /api/v1 of the master: the operator API (recorded in 11, 12 and 14).</summary>
internal sealed class OperatorEndpoint(MasterNode master, OperatorFeed feed, IHostApplicationLifetime lifetime)
{
    private readonly OperatorQueries queries = new(master);
    private readonly OperatorActions actions = new(master);

    public async Task HandleAsync(HttpContext http)
    {
        BasicAuthentication.Authenticate(http, master.State.Options, AuthenticationRealm.ReadWrite);
        var call = await Requests.ReadAsync<OperatorCall>(http);
        var mediaType = Requests.AcceptedMediaType(http);
        CallMembers.RequireType(call, "master");
        CallMembers.RequireMember(call, "master");
        if (call.Type == CallType.Subscribe)
        {
            await SubscribeAsync(http, mediaType);
            return;
        }

        OperatorResponse? answer;
        lock (master.State.Gate)
            answer = queries.Answer(call) ?? actions.Execute(call);
        if (answer is null)
            await Responses.EmptyAsync(http, StatusCodes.Status200OK);
        else
            await Responses.MessageAsync(http, mediaType, answer);
    }

    private async Task SubscribeAsync(HttpContext http, string mediaType)
    {
        EventStream stream;
        lock (master.State.Gate)
            stream = feed.Subscribe();
        using (stream)
            await Streaming.RunAsync(http, stream, mediaType, lifetime.ApplicationStopping);
        lock (master.State.Gate)
            feed.Unsubscribe(stream);
    }
}
