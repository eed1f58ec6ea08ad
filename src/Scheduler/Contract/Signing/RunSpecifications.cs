using Pipeline.Attestation.Runs;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Contract.Signing;

/// <summary>What tasks of a deploy run, in the form that is signed for. The scheduler compares it again before each launch.</summary>
public static class RunSpecifications
{
    /// <summary>Of a deploy that is about to be submitted.</summary>
    /// <param name="d">All of it but <see cref="DeploySubmission.RunnerSpec"/>.</param>
    /// <param name="artifact">What TaskRunner fetches.</param>
    /// <param name="command">What it runs.</param>
    /// <param name="environment">The variables of definition and promotion.</param>
    public static RunSpecification Of(
        DeploySubmission d, RunArtifact artifact, string command, IReadOnlyDictionary<string, string> environment)
    {
        var keepsRunning = d.Kind is RequestKind.Service or RequestKind.Worker;
        return Of(
            new RunSpecification(
                artifact, command, 0, 0, environment, null, d.Image, Seconds(d.KillGrace), null, 0, 0, d.RequestId,
                keepsRunning ? null : Seconds(d.Options.RunLimit), [], d.User),
            d.Needs, keepsRunning ? d.Readiness : null, d.Options);
    }

    internal static RunSpecification Of(RunSpecification rest, ResourceNeed needs, Readiness? readiness, DeployOptions options) => rest with
    {
        Cpus = needs.Cpus, MemoryMb = needs.MemoryMb, DiskMb = needs.DiskMb, Ports = needs.Ports,
        Limits = options.Limits is { Cpus: null, MemoryMb: null } ? null : new RunLimits(options.Limits.Cpus, options.Limits.MemoryMb),
        Health = readiness is null ? null : HealthOf(readiness, options.Liveness, options.Probing),
    };

    internal static decimal Seconds(TimeSpan time) => time.Ticks / (decimal)TimeSpan.TicksPerSecond;

    internal static decimal? Seconds(TimeSpan? time) => time is { } known ? Seconds(known) : null;

    private static RunHealth HealthOf(Readiness ready, Liveness live, Probing probing) => new(
        Seconds(probing.Delay), Seconds(ready.HealthyFor), ready.HttpPath, probing.Https, Seconds(ready.Interval), live.Enabled,
        live.Failures, live.HttpPath, Seconds(live.Interval), probing.PortIndex, probing.PortNumber, Seconds(ready.Startup),
        ready.Successes, Seconds(ready.Timeout));
}
