using Pipeline.LocalMesos.Limits;
using Pipeline.Mesos;
using Pipeline.TestKit;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Limits;

/// <summary>A task that takes more than its own, with real processes.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private LocalMesosCluster cluster = null!;
    private TestFramework framework = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await LocalMesosCluster.StartAsync(
            new LocalMesosSettings { MoreArguments = ["--enforce_limits", "--enforce_container_disk_quota"] }, CancellationToken.None);
        framework = await TestFramework.SubscribeAsync(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await framework.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_task_that_takes_more_memory_than_it_asked_for_is_ended_and_that_is_said()
    {
        if (!Enforced())
            return; // the kernel gives control groups to root as a rule, and not in every container
        await framework.LaunchAsync(With("greedy", 64, 100, "exec sh -c 'x=$(head -c 300m /dev/zero | base64 -w 0); exit 0'"));

        var end = await framework.ReachesAsync("greedy", TaskState.Failed);
        Assert.Equal(("REASON_CONTAINER_LIMITATION_MEMORY", "SOURCE_AGENT"), (end.Reason, end.Source));
        Assert.StartsWith("Memory limit exceeded: Requested: 64MB.", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fled_into_a_session_of_its_own_ends_with_its_task()
    {
        if (!Enforced())
            return; // as above
        var left = $"300.{Random.Shared.Next(100_000_000, 999_999_999)}";
        await framework.LaunchAsync(With("flees", 64, 100, $"setsid setsid sleep {left} >/dev/null 2>&1 & sleep 0.2"));

        await framework.ReachesAsync("flees", TaskState.Finished);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(!CommandLines().Any(c => c.Contains(left, StringComparison.Ordinal))), TimeSpan.FromSeconds(10),
            "it is gone");
    }

    [Fact]
    public async Task A_fork_bomb_ends_at_its_own_wall()
    {
        if (!Enforced())
            return; // as above
        // Its own group, of the first version or of the second.
        var script = $"""
            own=$(grep pids /proc/self/cgroup || grep ^0: /proc/self/cgroup); own=$(echo "$own" | cut -d: -f3)
            cat /sys/fs/cgroup/pids$own/pids.max /sys/fs/cgroup$own/pids.max 2>/dev/null | grep -q '^{UsageLimits.Processes}$'
            """;
        await framework.LaunchAsync(With("bomb", 64, 100, script));

        await framework.ReachesAsync("bomb", TaskState.Finished);
    }

    [Fact]
    public async Task A_task_whose_sandbox_outgrows_its_disk_is_ended_and_that_is_said()
    {
        await framework.LaunchAsync(With("full", 64, 8, "head -c 20m /dev/zero > big; sleep 300"));

        var end = await framework.ReachesAsync("full", TaskState.Failed);
        Assert.Equal(
            ("Disk usage (20MB) exceeds quota (8MB)", "REASON_CONTAINER_LIMITATION_DISK", "SOURCE_AGENT"),
            (end.Message, end.Reason, end.Source));
    }

    [Fact]
    public async Task A_link_to_something_large_is_not_counted()
    {
        await framework.LaunchAsync(With("small", 64, 8, "ln -s /usr/bin all; ln -s / root; sleep 2.5"));
        await framework.ReachesAsync("small", TaskState.Finished);
    }

    [Fact]
    public void Limits_are_requests_unless_they_are_named()
    {
        var info = new W.TaskInfo
        {
            Resources = { Scalar("cpus", 1.5), Scalar("mem", 64), Scalar("disk", 10) },
        };
        Assert.Equal(new UsageLimits(64 << 20, 1536, null, 10 << 20), UsageLimits.Of(info));

        info.Limits["mem"] = new W.Value.Types.Scalar { Value = 128 };
        info.Limits["cpus"] = new W.Value.Types.Scalar { Value = 2 };
        Assert.Equal(new UsageLimits(128 << 20, 1536, 2, 10 << 20), UsageLimits.Of(info));

        info.Limits["mem"] = new W.Value.Types.Scalar { Value = double.PositiveInfinity };
        Assert.Null(UsageLimits.Of(info).MemoryBytes);
        Assert.Equal(new UsageLimits(null, 2, null, null), UsageLimits.Of(new W.TaskInfo()));
    }

    private static W.Resource Scalar(string name, double value) => new()
    {
        Name = name, Type = W.Value.Types.Type.Scalar, Scalar = new W.Value.Types.Scalar { Value = value },
    };

    private bool Enforced() => !File.ReadAllText(Path.Combine(cluster.WorkDirectory, "localmesos.log"))
        .Contains("Limits of memory, processes and CPU are not enforced", StringComparison.Ordinal);

    private static TaskLaunch With(string id, decimal memory, decimal disk, string command) =>
        TestFramework.Command(id, command) with { Resources = new TaskResources(0.1m, memory, disk, []) };

    private static IEnumerable<string> CommandLines() => Directory.GetDirectories("/proc").Select(p =>
    {
        try
        {
            return File.ReadAllText(p + "/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    });
}
