using System.Collections.Concurrent;
using Pipeline.LocalMesos.Tests.Replay.Recordings;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>Each recording of a real master and agent is lived through with localmesos, and what it says is compared.</summary>
public sealed class ReplayTests
{
    // They wait most of the time, so many run at once; each has its own localmesos.
    private static readonly SemaphoreSlim AtOnce = new(16);
    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<string>>>> Replays = new();

    public static IEnumerable<TheoryDataRow<string>> Names() => Recording.Names.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Localmesos_answers_as_the_recorded_master_and_agent(string recording)
    {
        if (Environment.GetEnvironmentVariable("REPLAY") is not { } only)
        {
            foreach (var name in LongestFirst.Value)
                _ = Start(name);
        }
        else if (!only.Split(',').Any(o => recording.StartsWith(o, StringComparison.Ordinal)))
            return;

        var differences = await Start(recording);
        Assert.True(differences.Count == 0, $"{recording}:\n{string.Join('\n', differences)}");
    }

    // Named one by one: a recording that is lost on its way here is missed.
    [Fact]
    public void Every_recorded_scenario_is_replayed() => Assert.Equal(
        """
        01-subscribe-offers-heartbeat-json 01-subscribe-offers-heartbeat-protobuf 01c-subscribe-without-multi-role
        02-launch-command-task-json 02-launch-command-task-protobuf 02c-unacknowledged-updates-retry 02d-three-tasks-one-accept
        03-task-failing 04a-health-http 04b-health-tcp 04c-health-command 04d-health-recovering 04e-health-never-healthy 04f-check-info
        04g-health-http-bad-status 04h-health-http-protobuf 05-kill-policy 05b-kill-policy-http-command-executor
        06-decline-suppress-revive 07-reconcile 07b-reconcile-healthy-task 08-resubscribe-failover 08b-resubscribe-changed-fields
        09-teardown 10-errors 11-operator-api-json 11-operator-api-protobuf 12a-agent-killed-long 12b-agent-restarted-quickly
        12c-executor-killed 12d-agent-unregisters 12e-mark-agent-gone 12f-master-restart 12g-master-restart-replicated-log
        13-fetcher-uris 14a-maintenance-inverse-offers 14b-drain-deactivate-reactivate 14c-drain-mark-gone
        15-environment-labels-sandbox 16-capabilities-in-effect 17-launch-group-default-executor 18-http-basic-auth
        19-zookeeper-election-redirect 20-offer-timeout-rescind 21-reserve-and-volumes 22-update-framework-offer-constraints
        23-custom-executor-executor-side 23-custom-executor-scheduler-side 24-http-transport
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
        Recording.Names);

    private static readonly Lazy<List<string>> LongestFirst = new(
        () => [.. Recording.Names.OrderByDescending(n => Recording.Read(n)[^1].Time)]);

    private static Task<IReadOnlyList<string>> Start(string name) =>
        Replays.GetOrAdd(name, n => new Lazy<Task<IReadOnlyList<string>>>(() => Task.Run(() => ReplayAsync(n)))).Value;

    private static async Task<IReadOnlyList<string>> ReplayAsync(string name)
    {
        // The executor's side of a recording is replayed together with its scheduler's.
        if (name == Scenarios.ExecutorSide)
            return await Start(Scenarios.SchedulerSide);
        await AtOnce.WaitAsync();
        try
        {
            var scenario = Scenarios.Of(name);
            var clock = new ReplayClock();
            using var sleeps = new HeldSleeps(clock);
            await using var cluster = await ReplayedCluster.StartAsync(scenario, scenario.KeepsTime ? null : sleeps.Directory);
            var ids = new IdMap(cluster.WorkDirectory, cluster.MasterPort, cluster.AgentPort, cluster.FirstTaskPort)
            {
                Own = scenario.OwnIds, Programs = sleeps.Directory,
            };
            using var atHand = scenario.OnStart?.Invoke(cluster);
            var replayer = new Replayer(scenario, cluster, scenario.Ordered(Recording.Read(name)), ids, clock);
            await replayer.RunAsync();
            return replayer.Differences;
        }
        finally
        {
            AtOnce.Release();
        }
    }
}
