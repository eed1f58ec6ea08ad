using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.Server.Failures;

/// <summary>Starts each job whose row says that its time has come: durable calls whose job was lost, and failures that are due.</summary>
internal sealed class OpenJobSweep(
    OpenJobStore store, IBackgroundJobClient jobs, TimeProvider time, ILogger<OpenJobSweep> log) : Sweeper(time)
{
    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var due = await store.TakeDueAsync(now, ct);
        foreach (var invocation in due)
            Start(invocation);
        return due.Count;
    }

    protected override void Failed(Exception failure) => Log.SweepFailed(log, failure);

    // One call that nobody can read must not stop the others: it fails again, and its row says why.
    private void Start(string invocation)
    {
        Job job;
        try
        {
            job = InvocationData.DeserializePayload(invocation).DeserializeJob();
        }
        catch (JobLoadException e)
        {
            store.Unreadable(invocation, e.InnerException?.Message ?? e.Message);
            return;
        }

        jobs.Create(job, new EnqueuedState());
    }
}
