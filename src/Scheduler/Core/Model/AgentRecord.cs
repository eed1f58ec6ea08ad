using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

/// <param name="Total">The most that it offered together with what our tasks held.</param>
internal sealed record AgentRecord(
    string Id, string Host, string Address, string Url, string Rack, IReadOnlyDictionary<string, string> Attributes, AgentState State,
    Amount Total, DateTimeOffset SeenAt);

internal enum AgentState
{
    Active,
    Lost,
}

internal sealed record HeldOffer(Offer Offer, DateTimeOffset Since)
{
    public string Rack => RackOf(Offer.Attributes);

    public static string RackOf(IReadOnlyDictionary<string, string> attributes) => attributes.TryGetValue("rack", out var rack) ? rack : "";
}
