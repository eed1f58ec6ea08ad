using System.Diagnostics;

namespace Pipeline.Ui.Tests.Load;

/// <summary>Counts the commands that are sent to PostgreSQL for a piece of work, in this process or by a request to a server in it: they
/// carry the trace of the work.</summary>
internal sealed class CommandCount : IDisposable
{
    private static readonly ActivitySource Source = new("Pipeline.Ui.Tests");
    private readonly ActivityTraceId trace = ActivityTraceId.CreateRandom();
    private readonly ActivityListener listener;
    private readonly Activity work;
    private int commands;

    public CommandCount()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "Npgsql" or "Microsoft.AspNetCore" or "Pipeline.Ui.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Count,
        };
        ActivitySource.AddActivityListener(listener);
        work = Source.StartActivity(
            ActivityKind.Internal, new ActivityContext(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded), name: "work")!;
    }

    public int Commands => Volatile.Read(ref commands);

    public static async Task<int> OfAsync(Func<Task> work)
    {
        using var counter = new CommandCount();
        await work();
        return counter.Commands;
    }

    public void Dispose()
    {
        work.Dispose();
        listener.Dispose();
    }

    private void Count(Activity done)
    {
        if (done.Source.Name == "Npgsql" && done.TraceId == trace)
            Interlocked.Increment(ref commands);
    }
}
