namespace Pipeline.Scheduler.Core.Model;

/// <param name="Total">The most that it offered, together with what our tasks held.</param>
internal sealed record AgentRecord(
    string Id, string Host, string Address, string Url, string Rack, IReadOnlyDictionary<string, string> Attributes, AgentState State,
    Amount Total, DateTimeOffset SeenAt);

internal enum AgentState
{
    Active,

    /// <summary>Known from before, but nothing was heard of it since the scheduler started, although offers were requested.</summary>
    Missing,

    /// <summary>The master removed it, or it was missing for too long.</summary>
    Dead,
}
