using Pipeline.Kernel.Events;
using Pipeline.Kernel;

namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>A task that runs once: a module build for example. The same 
/// <param name="Cluster">The cluster's name.</param>
/// <param name="RunId">Unique in the cluster; becomes the deploy id of its events.</param>
/// <param name="RequestId">What it is a run of; several runs share it.</param>
/// <param name="Needs">What one task needs.</param>
/// <param name="MaxRunTime">The run is killed after so long.</param>
/// <param name="RunnerSpec">JSON that TaskRunner receives when it starts (TaskRunner/Contract); opaque here.</param>
/// <param name="Image">The container image; null: beside the agent.</param>
/// <param name="InfraRetries">How often an attempt that failed for infrastructure reasons is retried before the run fails.</param>
/// <param name="Subject">What its journal entries are about.</param>
/// <param name="Actor">Who started it. The command that submits it records its caller here.</param>
/// <paramref name="RunId"/> twice changes nothing.</summary>
public sealed record RunOnce(
    string Cluster, string RunId, string RequestId, ResourceNeed Needs, TimeSpan MaxRunTime, string RunnerSpec, string? Image,
    int InfraRetries, JournalSubject Subject, Actor Actor)
{
    /// <summary>The policy of the run.</summary>
    public DeployOptions Options { get; init; } = DeployOptions.Default;
}
