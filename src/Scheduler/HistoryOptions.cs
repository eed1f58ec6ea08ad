using System.ComponentModel.DataAnnotations;

namespace Pipeline.Scheduler;

/// <summary>How long the past is kept, <c>Scheduler:History</c>. What lives is never purged.</summary>
public sealed class HistoryOptions
{
    /// <summary>Status updates and tries of readiness checks. Dropped by whole weeks, so up to a week longer.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepStatuses { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Tasks, from their end.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepTasks { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Ended tasks of one request; the newest stay.</summary>
    [Range(100, 1_000_000)]
    public int KeepTasksPerRequest { get; set; } = 10_000;

    /// <summary>From one purge to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);
}
