using System.Reflection;
using System.Transactions;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.Server.Failures;

/// <summary>
/// Sees every job of every class: keeps the call of a durable one, writes down what failed, and removes what succeeded. A job that failed
/// ends here for Hangfire; its row brings it back (<see cref="OpenJobSweep"/>), so that it is not lost with Hangfire's own tables.
/// </summary>
internal sealed class JobRecorder(OpenJobStore store, JobObjects objects, ILogger<JobRecorder> log)
    : IClientFilter, IServerFilter, IElectStateFilter
{
    public void OnCreating(CreatingContext context)
    {
        if (context.Job.Type.GetCustomAttribute<DurableJobAttribute>() is not null)
            store.Keep(CallOf(context.Job));
    }

    public void OnCreated(CreatedContext context)
    {
    }

    public void OnPerforming(PerformingContext context)
    {
    }

    public void OnPerformed(PerformedContext context)
    {
        if (context.Exception is null && !context.Canceled)
            store.Succeeded(InvocationOf(context.BackgroundJob.Job));
    }

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState failed)
            return;
        try
        {
            var error = failed.Exception;
            var next = store.Failed(
                WithParents(CallOf(context)), error.GetType().FullName ?? error.GetType().Name, error.Message);
            Log.JobFailed(log, context.BackgroundJob.Job?.Type.Name ?? "unknown", context.BackgroundJob.Id, next, error);
            // The row brings it back: for Hangfire this job is over.
            context.CandidateState = new DeletedState(new ExceptionInfo(error))
            {
                Reason = next is null ? "Given up: listed in the failures" : $"Listed in the failures, tried again at {next:u}",
            };
        }
#pragma warning disable CA1031 // What cannot be written down stays with Hangfire, which tries it again by its own rule.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.FailureNotRecorded(log, context.BackgroundJob.Id, e);
        }
    }

    // A call whose rows cannot be read is written down all the same.
    private JobCall WithParents(JobCall call)
    {
        using var alone = new TransactionScope(TransactionScopeOption.Suppress);
        try
        {
            return call with { Object = objects.WithParents(call.Object) };
        }
        catch (Npgsql.PostgresException e)
        {
            Log.ObjectNotRead(log, call.Name, e);
            return call;
        }
    }

    private static JobCall CallOf(Job job) => new(job.Type.Name, InvocationOf(job), JobObjects.Of(job));

    // A job of a class that this server does not have is a failure as any other.
    private static JobCall CallOf(ElectStateContext context)
    {
        if (context.BackgroundJob.Job is { } known)
            return CallOf(known);
        var stored = context.Connection.GetJobData(context.BackgroundJob.Id).InvocationData;
        var name = (stored.Type ?? "unknown").Split(',')[0].Split('.')[^1];
        return new JobCall(name, stored.SerializePayload(), new JobObject("job", context.BackgroundJob.Id));
    }

    private static string InvocationOf(Job job) => InvocationData.SerializeJob(job).SerializePayload();
}
