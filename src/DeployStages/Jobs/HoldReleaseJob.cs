using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A digest or signature of the release did not match: it is held everywhere, and stages that it moves into roll back.</summary>
[DurableJob]
public sealed class HoldReleaseJob
{
    private readonly ReleaseHolds holds;
    private readonly TimeProvider time;
    private readonly ILogger<HoldReleaseJob> log;

    internal HoldReleaseJob(ReleaseHolds holds, TimeProvider time, ILogger<HoldReleaseJob> log) =>
        (this.holds, this.time, this.log) = (holds, time, log);

    /// <summary>Running it twice changes nothing.</summary>
    public async Task ExecuteAsync(string release, string code, string detail, CancellationToken ct)
    {
        var digest = Digest.Parse(release);
        if (await holds.HoldAsync(digest, new SecurityAlarmed(time.GetUtcNow(), code, detail), ct))
            Log.ReleaseHeld(log, digest, code, detail);
    }
}
