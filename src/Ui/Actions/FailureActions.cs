using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.Ui.Actions;

/// <summary>What people can do to jobs that failed and to deliveries that wait.</summary>
internal sealed class FailureActions(FailedJobCommands failures, DeliveryCommands deliveries)
{
    /// <param name="job">The name of the job's class.</param>
    /// <param name="failure">Its failure.</param>
    public PageAction Retry(string job, Guid failure) => new(
        "Retry now", $"{job} is tried again within a second, as it would be at its next try.",
        async (caller, _, ct) => await failures.RetryAsync(caller, failure, ct) switch
        {
            RetryJobOutcome.Started => new ActionResult(true, "Retry: started."),
            RetryJobOutcome.Unknown => new ActionResult(false, "Not started. The job has succeeded since."),
        })
    { Permission = Permission.Build, TestId = "retry-job" };

    /// <param name="delivery">A delivery that waits or was rejected.</param>
    public PageAction RetryDelivery(Guid delivery) => new(
        "Process again", "The delivery is processed again, as if the forge had sent it again.",
        async (caller, _, ct) => await deliveries.RetryAsync(caller, delivery, ct) switch
        {
            RetryDeliveryOutcome.Started => new ActionResult(true, "Process again: started."),
            RetryDeliveryOutcome.AlreadyOver => new ActionResult(false, "Not started. The delivery was processed, or needs no job."),
            RetryDeliveryOutcome.Unknown => new ActionResult(false, "Not started. The delivery is unknown."),
        })
    { Permission = Permission.Build, TestId = "retry-delivery" };
}
