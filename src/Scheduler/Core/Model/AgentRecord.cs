namespace Pipeline.Scheduler.Core.Model;

/// <param name="Total">The most that it offered together with what our tasks held.</param>
internal sealed record AgentRecord(
    string Id, string Host, string Address, string Url, string Rack, IReadOnlyDictionary<string, string> Attributes, AgentState State,
    Amount Total, DateTimeOffset SeenAt);

internal enum AgentState
{
    Active,

    /// <summary>Known from before, and not heard of since the scheduler started though it asked for offers.</summary>
    Missing,

    /// <summary>The master removed it, or it was missing for too long.</summary>
    Dead,
}
