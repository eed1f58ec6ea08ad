using Pipeline.Scheduler.Loop;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class ClusterSettingsTests
{
    [Fact]
    public void Every_setting_of_the_host_reaches_the_core()
    {
        var options = new SchedulerOptions
        {
            UnreachableAfter = TimeSpan.FromSeconds(11), LaunchTimeout = TimeSpan.FromSeconds(12), MaxCrashes = 13, MaxInstances = 14,
            KillIfNotRunning = TimeSpan.FromSeconds(15), MaxDraining = 16, MaxTasksPerOffer = 17, MissingAfter = TimeSpan.FromSeconds(18),
            DeadAfter = TimeSpan.FromSeconds(19), PurgeDeadAgentsAfter = TimeSpan.FromSeconds(20),
                MaintenanceLead = TimeSpan.FromSeconds(21),
        };
        options.Clusters["qa"] = new ClusterOptions { Reserved = { ["gpu"] = ["yes"] },
            Quotas = { ["team"] = new QuotaOptions { Cpus = 4, Tasks = 5 } } };

        var core = new ClusterSettings("qa", "pipeline", options, (_, _) => null).Core;

        Assert.Equal(("qa", "pipeline"), (core.Cluster, core.Role));
        Assert.Equal([11, 12, 15, 18, 19, 20, 21], new[]
        {
            core.UnreachableAfter, core.LaunchTimeout, core.KillIfNotRunning, core.MissingAfter, core.DeadAfter, core.PurgeAfter,
                core.MaintenanceLead,
        }.Select(t => (int)t.TotalSeconds));
        Assert.Equal((13, 14, 16, 17), (core.MaxCrashes, core.MaxInstances, core.MaxDraining, core.MaxTasksPerOffer));
        Assert.Equal(["yes"], core.Reserved["gpu"]);
        Assert.Equal((4m, (decimal?)null, 5), (core.Quotas["team"].Cpus!.Value, core.Quotas["team"].MemoryMb,
            core.Quotas["team"].Tasks!.Value));
    }

    [Fact]
    public void A_cluster_that_is_not_configured_reserves_and_bounds_nothing()
    {
        var core = new ClusterSettings("other", "pipeline", new SchedulerOptions(), (_, _) => null).Core;
        Assert.Empty(core.Reserved);
        Assert.Empty(core.Quotas);
    }

    [Fact]
    public void The_framework_is_described_by_the_options()
    {
        var options = new SchedulerOptions { TaskUser = "runner", PublicUrl = "https://pipeline.example",
            FailoverTimeout = TimeSpan.FromDays(8) };
        options.Clusters["qa"] = new ClusterOptions { Principal = "pipeline-qa" };
        var described = new ClusterSettings("qa", "batch", options, (_, _) => null).Describe("fw-1", startSuppressed: true);
        Assert.Equal(("fw-1", "runner", "batch", "pipeline-qa"),
            (described.FrameworkId, described.User, described.Role, described.Principal));
        Assert.Equal((TimeSpan.FromDays(8), "https://pipeline.example", true),
            (described.FailoverTimeout, described.WebUiUrl, described.StartSuppressed));
    }
}
