using System.Diagnostics;
using Pipeline.EndToEnd.Harness.Pairs;

namespace Pipeline.EndToEnd;

/// <summary>Two servers, a thousand running tasks, and the end of the one that leads.</summary>
public sealed class FailoverTests
{
    // What the issue allows: subscribed so soon after the kill. Not a measurement; the bench prints those.
    private static readonly TimeSpan Acceptable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_leader_killed_under_a_thousand_tasks_is_replaced_in_ten_seconds_and_no_task_is_restarted_and_no_update_lost()
    {
        await using var pair = await ServerPair.StartAsync();
        var (leader, standBy) = await pair.RolesAsync();
        var running = await pair.FillAsync(standBy, requests: 5, instancesEach: 190, runs: 50);
        Assert.Equal(1000, running.Count);
        var runs = running.Where(t => t.StartsWith("run", StringComparison.Ordinal)).ToList();
        var epoch = await ServerPair.EpochAsync(standBy);

        var leaderless = Stopwatch.StartNew();
        await leader.KillAsync();
        foreach (var run in runs)
            await pair.Master.EndAsync(run);
        await Eventually.IsTrueAsync(
            async () => await ServerPair.LeadsAsync(standBy) && (await pair.Master.FrameworkAsync()).Connected,
            Acceptable - leaderless.Elapsed,
            "the other server leads and is subscribed, as it and the master say");

        await Eventually.BecomesAsync(
            () => pair.AskAsync<int>(
                "SELECT count(*)::int FROM scheduler.task WHERE phase = 'Failed' AND deploy_id LIKE 'run%' AND ended_at IS NOT NULL"),
            n => n == runs.Count, Patience, "what ended while nobody led is in the database");
        await Eventually.BecomesAsync(
            pair.Master.UnacknowledgedAsync, u => u.Count == 0, Patience, "every end is acknowledged to the master");
        Assert.Equal(
            runs,
            await pair.ListAsync<string>("SELECT DISTINCT task_id FROM scheduler.task_status WHERE state = 'Failed' ORDER BY task_id"));
        Assert.Equal(running.Except(runs), await pair.Master.RunningAsync());
        Assert.Equal(1000, await pair.AskAsync<int>("SELECT count(*)::int FROM scheduler.task"));
        Assert.Equal(0, await pair.AskAsync<int>("SELECT count(*)::int FROM scheduler.task WHERE attempt > 1 OR kill_cause IS NOT NULL"));
        Assert.Equal(epoch + 1, await ServerPair.EpochAsync(standBy));
    }

    [Fact]
    public async Task A_leader_that_froze_is_replaced_and_when_it_wakes_it_writes_nothing_and_stands_by()
    {
        await using var pair = await ServerPair.StartAsync();
        var (old, next) = await pair.RolesAsync();
        var running = await pair.FillAsync(next, requests: 5, instancesEach: 190, runs: 50);
        var runs = running.Where(t => t.StartsWith("run", StringComparison.Ordinal)).ToList();
        await BothWorkAsync(pair, "before");
        var epoch = await ServerPair.EpochAsync(next);

        old.Freeze();
        try
        {
            await TakeOverAsync(pair, next, running, runs);
        }
        finally
        {
            old.Thaw();
        }

        var (_, subscribed) = await pair.Master.FrameworkAsync();
        await Eventually.IsTrueAsync(
            async () => await old.MetricAsync("pipeline_scheduler_fenced_total") > 0, Patience,
            "the woken one sees that it was left behind");
        Assert.Contains("writes and sends nothing more and stands by", old.Log(), StringComparison.Ordinal);

        // Reads come from the rows; a write that it takes is the leader's to carry out.
        Assert.Equal(epoch + 1, await ServerPair.EpochAsync(old));
        await ServerPair.ScaleAsync(old, "worker2", 195);
        await Eventually.BecomesAsync(
            pair.Master.RunningAsync, r => r.Count(IsOfTheThousand) == running.Count - runs.Count + 15, Patience,
            "what the standby was sent is done");
        await BothWorkAsync(pair, "after");
        Assert.Equal([pair.SessionsOf(next)], await pair.ListAsync<string>("SELECT DISTINCT writer FROM witness.write"));
        Assert.Equal((true, subscribed), await pair.Master.FrameworkAsync());
        Assert.True(await ServerPair.LeadsAsync(next));
        Assert.Equal(epoch + 1, await ServerPair.EpochAsync(next));
        Assert.Empty(running.Except(runs).Except(await pair.Master.RunningAsync()));
        Assert.Equal(0, await pair.AskAsync<int>("SELECT count(*)::int FROM scheduler.task WHERE attempt > 1 OR kill_cause IS NOT NULL"));
    }

    /// <summary>The next leader ends the session of the frozen one, and everything that belongs to leading is its work.</summary>
    private static async Task TakeOverAsync(
        ServerPair pair, ServedServer next, IReadOnlyList<string> running, List<string> runs)
    {
        await Eventually.IsTrueAsync(
            () => ServerPair.LeadsAsync(next), Patience, "the other server ends the session of the frozen one and leads");
        await Eventually.IsTrueAsync(
            async () => (await pair.Master.FrameworkAsync()).Connected, Patience, "the master knows the new leader");
        await WriteDownWhoWritesAsync(pair);
        await ServerPair.ScaleAsync(next, "worker1", 200);
        foreach (var run in runs)
            await pair.Master.EndAsync(run);
        await Eventually.BecomesAsync(pair.Master.UnacknowledgedAsync, u => u.Count == 0, Patience, "the new leader acknowledges");
        await Eventually.BecomesAsync(
            pair.Master.RunningAsync, r => r.Count(IsOfTheThousand) == running.Count - runs.Count + 10, Patience,
            "the new leader launches");
    }

    private static bool IsOfTheThousand(string task) =>
        task.StartsWith("worker", StringComparison.Ordinal) || task.StartsWith("run", StringComparison.Ordinal);

    /// <summary>
    /// Every healthy deploy makes a job; deploys come until both servers have carried one out, and all of them run. A launch of which the
    /// master does not know yet would rightly be repeated by the next leader.
    /// </summary>
    private static async Task BothWorkAsync(ServerPair pair, string prefix)
    {
        var since = await pair.AskAsync<long>("SELECT coalesce(max(id), 0) FROM hangfire.job");
        var deploys = 0;
        await Eventually.BecomesAsync(
            async () =>
            {
                if (deploys < 100)
                    await pair.DeployAsync($"{prefix}{++deploys}", instances: 1);
                return await pair.AskAsync<int>(
                    $"SELECT count(DISTINCT data->>'ServerId')::int FROM hangfire.state WHERE name = 'Processing' AND jobid > {since}");
            },
            servers => servers == 2, Patience, "both servers carry jobs out");
        await Eventually.BecomesAsync(
            pair.Master.RunningAsync, r => r.Count(t => t.StartsWith(prefix, StringComparison.Ordinal)) == deploys, Patience,
            "all deploys run");
    }

    /// <summary>
    /// From here on each row of the loop that is written is witnessed, with the server that wrote it. The intake and the exchange of
    /// tickets are anybody's.
    /// </summary>
    private static Task WriteDownWhoWritesAsync(ServerPair pair) => pair.AskAsync<int>("""
        CREATE SCHEMA witness;
        CREATE TABLE witness.write (writer text NOT NULL, what text NOT NULL);
        CREATE FUNCTION witness.see() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO witness.write VALUES (current_setting('application_name'), TG_TABLE_NAME || ' ' || TG_OP);
            RETURN NULL;
        END $$;
        DO $$
        DECLARE t text;
        BEGIN
            FOREACH t IN ARRAY ARRAY['leader', 'framework', 'request', 'deploy', 'task', 'task_status', 'agent', 'command_result', 'quarantine'] LOOP
                EXECUTE format('CREATE TRIGGER witness AFTER INSERT OR UPDATE OR DELETE ON scheduler.%I FOR EACH ROW EXECUTE FUNCTION witness.see()', t);
            END LOOP;
        END $$;
        SELECT 1;
        """);
}
