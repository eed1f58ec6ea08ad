using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core;

/// <summary>Why a deploy comes to nothing.</summary>
internal sealed record Verdict(DeployFailure Failure, FailureClass Class, string Reason);
