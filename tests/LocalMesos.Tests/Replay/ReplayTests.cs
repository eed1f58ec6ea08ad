using System.Collections.Concurrent;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>Each recording of a real master and agent is lived through with localmesos, and what it says is compared.</summary>
public sealed class ReplayTests
{
    // They wait most of the time, so several run at once; each has its own localmesos.
    private static readonly SemaphoreSlim AtOnce = new(8);
    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<string>>>> Replays = new();

    public static IEnumerable<TheoryDataRow<string>> Names() => Recording.Names.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Localmesos_answers_as_the_recorded_master_and_agent(string recording)
    {
        if (Environment.GetEnvironmentVariable("REPLAY") is not { } only)
        {
            foreach (var name in Recording.Names)
                _ = Start(name);
        }
        else if (!only.Split(',').Any(o => recording.StartsWith(o, StringComparison.Ordinal)))
            return;

        var differences = await Start(recording);
        Assert.True(differences.Count == 0, $"{recording}:\n{string.Join('\n', differences)}");
    }

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
            await using var cluster = await ReplayedCluster.StartAsync(scenario);
            var ids = new IdMap(cluster.WorkDirectory, cluster.MasterPort, cluster.AgentPort, cluster.FirstTaskPort)
            {
                Own = scenario.OwnIds,
            };
            using var atHand = scenario.OnStart?.Invoke(cluster);
            var replayer = new Replayer(scenario, cluster, scenario.Ordered(Recording.Read(name)), ids);
            await replayer.RunAsync();
            return replayer.Differences;
        }
        finally
        {
            AtOnce.Release();
        }
    }
}
