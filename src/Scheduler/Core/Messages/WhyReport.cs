using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>Why tasks of a shape, or an agent that drains, must wait. Stored under its key until it is not true any more.</summary>
/// <param name="Key">Of a shape, or <c>agent/&lt;host&gt;</c>, <c>rack/&lt;name&gt;</c>.</param>
internal sealed record WhyReport(string Key, string Summary, IReadOnlyList<WhyBlocker> Blockers, DateTimeOffset At)
{
    /// <summary>Whether people would read the same sentence.</summary>
    public bool SaysTheSameAs(WhyReport? other) => other is not null && Summary == other.Summary;

    public bool IsOfTheSameKind(WhyReport? other) =>
        other is not null && Blockers.Select(b => b.Code).SequenceEqual(other.Blockers.Select(b => b.Code));
}
