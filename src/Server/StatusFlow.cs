using Hangfire;
using Pipeline.Kernel.Events;
using Pipeline.Server.Jobs;

namespace Pipeline.Server;

/// <summary>Brings the commit status up to date that an event changes; <see cref="StatusReport"/> says which and how.</summary>
internal sealed class StatusFlow(IBackgroundJobClient jobs)
{
    public void On(NewJournalEntry appended)
    {
        if (appended.Subject is { Repository: { } repository, Commit: { } commit } && StatusReport.Of(appended.Event) is { } status)
            jobs.Enqueue<ReportStatusJob>(j => j.ExecuteAsync(repository.Value, commit.ToString(), status.Context, CancellationToken.None));
    }
}
