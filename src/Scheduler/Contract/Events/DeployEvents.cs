using Pipeline.Kernel.Events;
using Pipeline.Kernel;

namespace Pipeline.Scheduler.Contract.Events;

/// <summary>Every instance of the deploy is healthy and the old ones are gone.</summary>
public sealed record DeployHealthy(string Cluster, string RequestId, string DeployId) : JournalEvent;

/// <summary>The deploy failed; the instances of the deploy before it run on.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="DeployId">The deploy or run that it belongs to.</param>
/// <param name="Class">Whose fault the failure is.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Code">Why, as a stable kebab-case word: <c>failed-health-checks</c>, <c>overdue</c> …</param>
public sealed record DeployFailed(
    string Cluster, string RequestId, string DeployId, FailureClass Class, string Reason, string? Code = null) : JournalEvent;

/// <summary>Somebody, or the passing of time, changed how a request runs: scale, pause, bounce, cooldown …</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="What">A kebab-case word: <c>scaled</c>, <c>scale-ended</c>, <c>paused</c> …</param>
/// <param name="Detail">What exactly, in a sentence.</param>
/// <param name="Reason">As the actor gave it.</param>
/// <param name="Until">When it ends; null: it has no end.</param>
public sealed record RequestChanged(
    string Cluster, string RequestId, string What, string Detail, string? Reason, DateTimeOffset? Until) : JournalEvent;
