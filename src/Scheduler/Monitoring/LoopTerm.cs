using Microsoft.Extensions.Logging;

namespace Pipeline.Scheduler.Monitoring;

/// <summary>One term of leading a cluster.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Epoch">The number of its term.</param>
/// <param name="Time">The clock.</param>
/// <param name="SingleStep">The term before ended because the database refused something: for a while handle one input at a time, so that
/// the culprit is known.</param>
/// <param name="Log">Where it logs.</param>
internal sealed record LoopTerm(string Cluster, long Epoch, TimeProvider Time, bool SingleStep, ILogger Log);
