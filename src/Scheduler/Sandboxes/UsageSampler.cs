using Microsoft.Extensions.Hosting;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>
/// Samples the resource usage of the tasks that somebody looks at: one request an agent for all its tasks, every five seconds, until
/// nobody has looked for ten minutes. At most 200 tasks; the least recently viewed one is evicted.
/// </summary>
internal sealed class UsageSampler(AgentClients agents, SandboxStore tasks, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Forget = TimeSpan.FromMinutes(10);
    private const int MostTasks = 200;
    private const int AgentsAtOnce = 8;

    private readonly Dictionary<string, UsageSeries> watched = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>The series of the task, measured now unless it was a moment ago.</summary>
    public async Task<TaskUsageView> LookAsync(SandboxTask task, CancellationToken ct)
    {
        var series = Watch(task.Id);
        if (IsDue(series))
            await MeasureAsync([(task, series)], ct);
        lock (gate)
        {
            return new TaskUsageView(
                task.Id, task.End.State, series.Points, Every.TotalSeconds, UsageSeries.Seconds(series.Last), series.Last?.CpuLimit,
                series.Last?.MemoryLimitBytes, series.Last?.DiskLimitBytes, series.Problem?.Detail);
        }
    }

    /// <summary>Why nothing was ever measured of the task; null: something was.</summary>
    public SandboxProblem? ProblemOf(string taskId)
    {
        lock (gate)
            return watched.TryGetValue(taskId, out var series) && series.Last is null ? series.Problem : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
            {
                // The database is away: who looks sees no newer points, and the page says so itself.
            }
        }
    }

    private async Task RoundAsync(CancellationToken ct)
    {
        List<(string Id, UsageSeries Series)> due;
        lock (gate)
        {
            foreach (var old in watched.Where(w => time.GetElapsedTime(w.Value.LookedAt) > Forget).Select(w => w.Key).ToList())
                watched.Remove(old);
            due = [.. watched.Select(w => (w.Key, w.Value)).Where(w => IsDue(w.Value))];
        }

        var live = new List<(SandboxTask Task, UsageSeries Series)>();
        foreach (var (id, series) in due)
        {
            if (await tasks.FindAsync(id, ct) is { } task)
                live.Add((task, series));
        }

        await Parallel.ForEachAsync(
            live.GroupBy(l => (l.Task.Cluster, l.Task.AgentUrl)),
                new ParallelOptions { MaxDegreeOfParallelism = AgentsAtOnce, CancellationToken = ct },
            async (agent, stop) => await MeasureAsync([.. agent], stop));
    }

    /// <summary>Tasks of one agent.</summary>
    private async Task MeasureAsync(IReadOnlyList<(SandboxTask Task, UsageSeries Series)> here, CancellationToken ct)
    {
        foreach (var (_, series) in here)
        {
            lock (gate)
                series.SampledAt = time.GetTimestamp();
        }

        var first = here[0].Task;
        if (first is { IsOver: true } or { AgentUrl: null } or { FrameworkId: null })
        {
            foreach (var (task, series) in here)
                Note(series, NotRunning(task, series.Last is not null));
            return;
        }

        try
        {
            var found = (await agents.Of(first.Cluster).ContainersAsync(first.AgentUrl, ct)).ToLookup(c => (c.FrameworkId, c.ExecutorId));
            foreach (var (task, series) in here)
            {
                // For a command task the executor's id is the task's.
                if (task.IsOver || found[(task.FrameworkId!, task.Id)].FirstOrDefault() is not { } usage)
                    Note(series, NotRunning(task, series.Last is not null));
                else
                    Add(series, usage, task.RunningAt);
            }
        }
        catch (Exception e) when (SandboxReader.IsOfTheAgent(e, ct))
        {
            foreach (var (task, series) in here)
                Note(series, SandboxReader.Unreachable(task, e));
        }
    }

    private static SandboxProblem NotRunning(SandboxTask task, bool wasMeasured) => (task, wasMeasured) switch
    {
        ({ IsOver: true }, _) => new(SandboxFault.Gone, "The task is over: its agent measures it no longer."),
        ({ AgentUrl: null }, _) => SandboxReader.NoSandbox(task),
        (_, true) => new(SandboxFault.Gone, $"The agent {task.Host} no longer reports a container of the task: it has ended."),
        (_, false) => new(SandboxFault.NotStarted, $"The agent {task.Host} has no container of the task yet."),
    };

    private void Note(UsageSeries series, SandboxProblem problem)
    {
        lock (gate)
            series.Problem = problem;
    }

    private void Add(UsageSeries series, ContainerUsage usage, DateTimeOffset? startedAt)
    {
        lock (gate)
            series.Add(usage, startedAt);
    }

    private UsageSeries Watch(string id)
    {
        lock (gate)
        {
            if (!watched.TryGetValue(id, out var series))
            {
                if (watched.Count >= MostTasks)
                    watched.Remove(watched.MinBy(w => w.Value.LookedAt).Key);
                watched[id] = series = new UsageSeries();
            }

            series.LookedAt = time.GetTimestamp();
            return series;
        }
    }

    // A little before its time, so that two clocks of the same pace do not miss each other.
    private bool IsDue(UsageSeries series) => series.SampledAt is not { } sampled || time.GetElapsedTime(sampled) > Every * 0.8;
}
