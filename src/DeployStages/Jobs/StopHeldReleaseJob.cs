using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A person holds the release: stages that it moves into return to what they ran before.</summary>
[DurableJob]
public sealed class StopHeldReleaseJob
{
    private readonly HeldReleases held;
    private readonly TimeProvider time;

    internal StopHeldReleaseJob(HeldReleases held, TimeProvider time) => (this.held, this.time) = (held, time);

    /// <summary>Running it twice changes nothing.</summary>
    public Task ExecuteAsync(string release, CancellationToken ct) => held.StopAsync(Digest.Parse(release), time.GetUtcNow(), ct);
}
