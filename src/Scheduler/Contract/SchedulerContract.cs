using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.Scheduler.Contract;

/// <summary>What a task needs. Memory and disk in MiB, cpus in cores (three decimals), ports is a count.</summary>
public sealed record ResourceNeed(decimal Cpus, decimal MemoryMb, decimal DiskMb, int Ports);

/// <summary>Readiness, probed by the scheduler from outside; every try is recorded.</summary>
/// <param name="HttpPath">Null probes TCP on the first port.</param>
/// <param name="Startup">From running to the first success at most.</param>
/// <param name="Interval">From the end of a try to the next.</param>
/// <param name="Timeout">Of one try.</param>
/// <param name="Successes">In a row.</param>
/// <param name="HealthyFor">Since the first success of the row, without a failure.</param>
public sealed record Readiness(string? HttpPath, TimeSpan Startup, TimeSpan Interval, TimeSpan Timeout, int Successes, TimeSpan HealthyFor);

public enum RequestKind
{
    Service,
    Worker,

    /// <summary>One run; of a request: each deploy runs once.</summary>
    RunOnce,

    /// <summary>Runs by a schedule.</summary>
    Cron,

    /// <summary>Runs when asked.</summary>
    OnDemand,
}

/// <summary>A task that runs once: a module build for example. The same <paramref name="RunId"/> twice changes nothing.</summary>
/// <param name="RunId">Unique in the cluster; becomes the deploy id of its events.</param>
/// <param name="RequestId">What it is a run of; several runs share it.</param>
/// <param name="RunnerSpec">JSON that TaskRunner receives when it starts (TaskRunner/Contract); opaque here.</param>
/// <param name="InfraRetries">How often an attempt that failed for infra is started again before the run fails.</param>
public sealed record RunOnce(
    string Cluster, string RunId, string RequestId, ResourceNeed Needs, TimeSpan MaxRunTime, string RunnerSpec, string? Image,
    int InfraRetries, JournalSubject Subject, Actor Actor)
{
    public DeployOptions Options { get; init; } = DeployOptions.Default;
}

/// <summary>
/// A new immutable version of a request. A service or worker is rolled out, the old one kept until the new is healthy; cron and
/// on-demand take over at once, since nothing of them runs all the time.
/// </summary>
/// <param name="DeployId">Unique in the cluster; the same id twice changes nothing.</param>
/// <param name="Readiness">Null: healthy when it runs.</param>
/// <param name="Budget">The deploy fails when it is not healthy after this long.</param>
/// <param name="Route">Path under <c>/apps/&lt;stage&gt;</c> that traffic for it comes by; null for none.</param>
/// <param name="Envelopes">DSSE envelopes (JSON) that the scheduler verifies before ACCEPT and TaskRunner again on the agent.</param>
public sealed record DeploySubmission(
    string Cluster, string RequestId, string DeployId, RequestKind Kind, int Instances, ResourceNeed Needs, Readiness? Readiness,
    TimeSpan Budget, TimeSpan KillGrace, string RunnerSpec, IReadOnlyList<string> Envelopes, DeployTrust? Trust, string? Image,
        string? Route,
    JournalSubject Subject, Actor Actor)
{
    public DeployOptions Options { get; init; } = DeployOptions.Default;
}

/// <summary>What the envelopes of a deploy must state: checked before every launch.</summary>
public sealed record DeployTrust(Digest Artifact, Digest Release, string Stage, long Generation);

/// <summary>A healthy instance that may receive traffic.</summary>
/// <param name="Stage">From the subject of its deploy: several stages may share a cluster.</param>
public sealed record HealthyInstance(
    string Cluster, string? Stage, string RequestId, string DeployId, string TaskId, string Host, int Port, string? Route);

/// <summary>A task proved by its token that it is who it says. <paramref name="RunId"/> is the run or deploy it belongs to.</summary>
public sealed record RunnerIdentity(string Cluster, string TaskId, string RequestId, string RunId, JournalSubject Subject);
