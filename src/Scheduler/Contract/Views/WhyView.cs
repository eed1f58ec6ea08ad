namespace Pipeline.Scheduler.Contract.Views;

/// <summary>Why something waits: a task for its place, a deploy for its health, an agent for being empty.</summary>
/// <param name="Subject">The id of the task or request, or the host.</param>
/// <param name="State">Of the subject, as in its own view.</param>
/// <param name="Summary">One line.</param>
/// <param name="Blockers">What stands in the way, in the order in which to look at it. Empty: nothing does.</param>
/// <param name="At">When the scheduler looked last.</param>
public sealed record WhyView(string Subject, string State, string Summary, IReadOnlyList<WhyBlocker> Blockers, DateTimeOffset? At);

/// <summary>One thing that stands in the way, for a class of agents or as such.</summary>
/// <param name="Code">A stable kebab-case word: <c>cpus</c>, <c>frozen</c>, <c>not-connected</c>, <c>run-under-way</c> …</param>
/// <param name="Text">In words.</param>
/// <param name="Agents">How many agents it is true of; null when it is not about agents.</param>
/// <param name="Racks">Those agents' racks; at most ten.</param>
/// <param name="Needed">What the subject needs, in words with its unit.</param>
/// <param name="Best">The most that one agent has of it.</param>
public sealed record WhyBlocker(
    string Code, string Text, int? Agents = null, IReadOnlyList<string>? Racks = null, string? Needed = null, string? Best = null);
