using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Loop;

/// <summary>What the host's options say about one cluster, in the form that its loop needs.</summary>
internal sealed class ClusterSettings(string cluster, string role, SchedulerOptions options, TrustCheck trust)
{
    private readonly ClusterOptions own = options.Clusters.GetValueOrDefault(cluster) ?? new ClusterOptions();

    public TrustCheck Trust => trust;

    public HistoryOptions History => options.History;

    public CoreSettings Core => new(cluster, role)
    {
        UnreachableAfter = options.UnreachableAfter,
        LaunchTimeout = options.LaunchTimeout,
        MaxCrashes = options.MaxCrashes,
        MaxInstances = options.MaxInstances,
        KillIfNotRunning = options.KillIfNotRunning,
        MaxDraining = options.MaxDraining,
        MaxTasksPerOffer = options.MaxTasksPerOffer,
        MissingAfter = options.MissingAfter,
        DeadAfter = options.DeadAfter,
        PurgeAfter = options.PurgeDeadAgentsAfter,
        MaintenanceLead = options.MaintenanceLead,
        Reserved = own.Reserved.ToDictionary(r => r.Key, r => (IReadOnlyList<string>)r.Value, StringComparer.Ordinal),
        Quotas = own.Quotas.ToDictionary(q => q.Key, q => new Quota(q.Value.Cpus, q.Value.MemoryMb, q.Value.Tasks), StringComparer.Ordinal),
    };

    /// <param name="frameworkId">Null before the first subscription.</param>
    /// <param name="startSuppressed">It wants no offers yet.</param>
    public FrameworkDescription Describe(string? frameworkId, bool startSuppressed) => new(
        frameworkId, "pipeline", options.TaskUser ?? Environment.UserName, role, own.Principal, options.FailoverTimeout,
        Environment.MachineName, options.PublicUrl, startSuppressed);
}
