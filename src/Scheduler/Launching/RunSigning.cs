using Pipeline.Attestation.Runs;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Launching;

/// <summary>Signs what a run has of its own over what was promoted, at the moment that its starter's permission was checked.</summary>
/// <param name="sign">Null on a server without keys: nothing that must be trusted is launched there.</param>
internal sealed class RunSigning(SignRunOverride? sign)
{
    /// <returns>The envelope as JSON; null when the run has nothing of its own.</returns>
    public string? Sign(Actor actor, string cluster, string request, string runId, ManualRun run)
    {
        var own = new RunOverride(
            run.Arguments, cluster, run.Needs?.Cpus, run.Needs?.DiskMb, run.Environment, run.Needs?.MemoryMb, actor.ToString(),
            run.Needs?.Ports, request, runId);
        return own.IsEmpty ? null : sign?.Invoke(own);
    }
}
