namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>Readiness, probed by the scheduler from outside; every try is recorded.</summary>
/// <param name="HttpPath">Null probes TCP on the first port.</param>
/// <param name="Startup">From running to the first success at most.</param>
/// <param name="Interval">From the end of a try to the next.</param>
/// <param name="Timeout">Of one try.</param>
/// <param name="Successes">In a row.</param>
/// <param name="HealthyFor">Since the first success of the row, without a failure.</param>
public sealed record Readiness(string? HttpPath, TimeSpan Startup, TimeSpan Interval, TimeSpan Timeout, int Successes, TimeSpan HealthyFor);
