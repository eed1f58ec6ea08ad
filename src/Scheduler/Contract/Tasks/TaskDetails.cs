using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Contract.Tasks;

/// <summary>A task with all that is known of it.</summary>
/// <param name="Task">The task itself.</param>
/// <param name="Statuses">Every status update, oldest first.</param>
/// <param name="Probes">Tries of the readiness check, newest first, at most 200.</param>
/// <param name="Environment">By name. What the agent adds of its own is not in it.</param>
/// <param name="OfferIds">The offers that it was launched on.</param>
/// <param name="Agent">Where it runs; null: nowhere.</param>
/// <param name="Subject">What its journal entries are about.</param>
public sealed record TaskDetails(
    TaskView Task, IReadOnlyList<StatusView> Statuses, IReadOnlyList<ProbeView> Probes, IReadOnlyList<EnvironmentView> Environment,
    IReadOnlyList<string> OfferIds, AgentView? Agent, JournalSubject Subject);

/// <param name="Name">Its name.</param>
/// <param name="Value">The word <c>hidden</c> when it may be a secret.</param>
/// <param name="Hidden">The value is not shown.</param>
/// <param name="Source">Who set it: <c>scheduler</c>, <c>deploy</c> or <c>run</c>.</param>
public sealed record EnvironmentView(string Name, string Value, bool Hidden, string Source);

/// <summary>One status update of a task.</summary>
public sealed record StatusView(DateTimeOffset At, string State, string? Source, string? Reason, string? Message, bool? Healthy);

/// <param name="At">When.</param>
/// <param name="DurationMilliseconds">How long the try took.</param>
/// <param name="Passed">It succeeded.</param>
/// <param name="Status">The HTTP status; null: no answer, or TCP.</param>
/// <param name="Detail">The first kilobyte of the body, or the error.</param>
public sealed record ProbeView(DateTimeOffset At, double DurationMilliseconds, bool Passed, int? Status, string? Detail);
