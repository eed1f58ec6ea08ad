using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace Pipeline.TestKit;

/// <summary>Keeps what is enqueued instead of running it: the test decides when a job runs, and how often.</summary>
public sealed class RecordedJobs : IBackgroundJobClient
{
    private readonly ConcurrentQueue<Job> jobs = new();

    public IReadOnlyList<Job> All => [.. jobs];

    public IEnumerable<Guid> Of<T>() => jobs.Where(j => j.Type == typeof(T)).Select(j => (Guid)j.Args[0]);

    public string Create(Job job, IState state)
    {
        jobs.Enqueue(job);
        return jobs.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => true;
}
