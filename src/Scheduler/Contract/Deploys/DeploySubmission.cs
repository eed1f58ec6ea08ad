using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>
/// A new immutable version of a request. A service or worker is rolled out, the old one kept until the new is healthy; cron and
/// on-demand take over at once, since nothing of them runs all the time.
/// </summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="DeployId">Unique in the cluster; the same id twice changes nothing.</param>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Instances">How many instances.</param>
/// <param name="Needs">What one task needs.</param>
/// <param name="Readiness">Null: healthy when it runs.</param>
/// <param name="Budget">The deploy fails when it is not healthy after this long.</param>
/// <param name="KillGrace">From SIGTERM to SIGKILL.</param>
/// <param name="RunnerSpec">JSON that TaskRunner receives when it starts (TaskRunner/Contract); opaque here.</param>
/// <param name="Envelopes">DSSE envelopes (JSON) that the scheduler verifies before ACCEPT and TaskRunner again on the agent.</param>
/// <param name="Trust">What the envelopes must state; null: nothing has to be trusted.</param>
/// <param name="Image">The container image; null: beside the agent.</param>
/// <param name="Route">Path under <c>/apps/&lt;stage&gt;</c> that traffic for it comes by; null for none.</param>
/// <param name="Subject">What its journal entries are about.</param>
/// <param name="Actor">Who started it. The command that submits it records its caller here.</param>
public sealed record DeploySubmission(
    string Cluster, string RequestId, string DeployId, RequestKind Kind, int Instances, ResourceNeed Needs, Readiness? Readiness,
    TimeSpan Budget, TimeSpan KillGrace, string RunnerSpec, IReadOnlyList<string> Envelopes, DeployTrust? Trust, string? Image,
        string? Route,
    JournalSubject Subject, Actor Actor)
{
    /// <summary>The policy of the deploy.</summary>
    public DeployOptions Options { get; init; } = DeployOptions.Default;

    /// <summary>The user that agents start its tasks as, which is signed for; null: the agent decides.</summary>
    public string? User { get; init; }
}

/// <summary>What the envelopes of a deploy must state: checked before every launch.</summary>
/// <param name="Artifact">The digest of the artifact that runs.</param>
/// <param name="Release">The release that is promoted.</param>
/// <param name="Stage">The stage that it is promoted to.</param>
/// <param name="Generation">Counts the promotions of the stage: older ones are refused on the agent.</param>
public sealed record DeployTrust(Digest Artifact, Digest Release, string Stage, long Generation);
