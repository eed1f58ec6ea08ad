using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>Why a deploy fails or is cancelled.</summary>
internal sealed record Verdict(DeployFailure Failure, FailureClass Class, string Reason);
