using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Failures;

/// <summary>How a task ended and whose fault it is.</summary>
/// <param name="NeverRan">The launch never reached the agent, so it does not count as an attempt.</param>
/// <param name="MayBeInfra">A config failure that may be transient: what the agent fetches was unavailable for a moment.</param>
internal sealed record TaskEnd(
    TaskPhase Phase, Outcome Outcome, FailureClass? Class, int? ExitCode, string Reason, bool NeverRan = false, bool MayBeInfra = false);
