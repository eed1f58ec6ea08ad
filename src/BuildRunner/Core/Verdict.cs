using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Core;

/// <summary>What the runner said about a module: <c>PUT …/result</c>.</summary>
internal sealed record RunnerResult(bool Succeeded, string? FailedStep, int? ExitCode, FailureClass? Class, string? Reason);

/// <summary>What the scheduler said about its task.</summary>
internal sealed record TaskEnd(Outcome Outcome, FailureClass? Class, string? Reason, DateTimeOffset At);

/// <summary>How a module ended.</summary>
internal sealed record Verdict(Outcome Outcome, FailureClass? Class, string? Reason, string? FailedStep, int? ExitCode)
{
    /// <summary>A runner that ends by itself has sent its result before; how long it may still be on its way.</summary>
    public static readonly TimeSpan ResultGrace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The result and the end of the task decide together, whichever is known first. What a lost agent or a kill cut short has no
    /// result: then the task alone decides.
    /// </summary>
    /// <returns>Null while something is missing.</returns>
    public static Verdict? Of(RunnerResult? result, TaskEnd? task, DateTimeOffset now)
    {
        if (task is null)
            return null;
        if (result is { Succeeded: false } failed)
            return task.Outcome == Outcome.Cancelled
                ? new Verdict(Outcome.Cancelled, null, task.Reason ?? "cancelled", null, null)
                : new Verdict(
                    Outcome.Failed, failed.Class ?? FailureClass.App, failed.Reason ?? Describe(failed), failed.FailedStep,
                    failed.ExitCode);
        if (task.Outcome == Outcome.Cancelled)
            return new Verdict(Outcome.Cancelled, null, task.Reason ?? "cancelled", null, null);
        if (result is not null)
            return task.Outcome == Outcome.Succeeded
                ? new Verdict(Outcome.Succeeded, null, null, null, null)
                : new Verdict(
                    Outcome.Failed, task.Class ?? FailureClass.Infra,
                    "The task failed after its steps had succeeded" + (task.Reason is null ? "." : $": {task.Reason}"), null, null);
        if (MayStillCome(task) && now < task.At + ResultGrace)
            return null;
        return task.Outcome == Outcome.Succeeded
            ? new Verdict(Outcome.Failed, FailureClass.Infra, "The task ended without reporting a result.", null, null)
            : new Verdict(
                Outcome.Failed, task.Class ?? FailureClass.Infra, task.Reason ?? "The task failed without reporting a result.", null,
                null);
    }

    private static bool MayStillCome(TaskEnd task) => task.Outcome == Outcome.Succeeded || task.Class is FailureClass.App or null;

    private static string Describe(RunnerResult failed) =>
        failed.FailedStep is null ? "The build failed."
        : failed.ExitCode is null ? $"Step '{failed.FailedStep}' failed."
        : $"Step '{failed.FailedStep}' ended with exit code {failed.ExitCode}.";
}
