using Microsoft.Extensions.Logging;

namespace Pipeline.Scheduler.Monitoring;

/// <summary>Where the loops of this process show how they are.</summary>
internal sealed record LoopMonitor(LoopStatusBoard Board, SchedulerMetrics Metrics, ILogger Log);
