using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Failures;

/// <summary>How a task ended and whose fault it is.</summary>
/// <param name="NeverRan">It cost nothing: the launch did not reach the agent, so the next attempt is free.</param>
/// <param name="MayBeInfra">A config failure that can pass by itself: what the agent fetches was away for a moment.</param>
internal sealed record TaskEnd(
    TaskPhase Phase, Outcome Outcome, FailureClass? Class, int? ExitCode, string Reason, bool NeverRan = false, bool MayBeInfra = false);
