using Dapper;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class HistoryTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    // 100,000 ended tasks over sixty days with ten statuses each, and an instance that lives.
    private const string Past = """
        INSERT INTO scheduler.leader (cluster, epoch) VALUES ('test', 1);
        INSERT INTO scheduler.request (cluster, id, kind, state, active_deploy, created_at) VALUES ('test', 'web', 'Service', 'Active', 'v1', @now);
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures)
        VALUES ('test', 'v1', 'web', 'Active', '{}', @now, 0, 0), ('test', 'v0', 'web', 'Superseded', '{}', @now, 0, 0);
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb, disk_mb,
                                    created_at, ended_at, outcome, subject)
        SELECT 'v0.1.' || n, 'test', 'web', 'v0', 1, n, 'Finished', '{}', '{}', 1, 1, 1, a.at, a.at, 'Succeeded', '{}'
          FROM generate_series(1, @tasks) AS n, LATERAL (SELECT @now - n * interval '60 days' / @tasks AS at) a;
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb, disk_mb,
                                    created_at, ended_at, outcome, subject)
        VALUES ('v1.1.1', 'test', 'web', 'v1', 1, 1, 'Finished', '{}', '{}', 1, 1, 1, @now - interval '50 days', @now - interval '50 days', 'Succeeded', '{}');
        SELECT scheduler.make_history('task_status', @now - interval '60 days', @now);
        INSERT INTO scheduler.task_status (task_id, at, state, uuid)
        SELECT t.id, t.ended_at, 'Running', decode(md5(t.id || n), 'hex') FROM scheduler.task t, generate_series(1, 10) AS n;
        """;

    [Fact]
    [Trait("fact", "128"), Trait("fact", "139")]
    public async Task Purging_by_age_and_by_count_of_a_million_statuses_lets_the_loop_commit_meanwhile()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly));
        await using (var connection = await db.OpenConnectionAsync(None))
            await connection.ExecuteAsync(Past, new { now = Now.UtcDateTime, tasks = 100_000 }, commandTimeout: 300);
        Assert.Equal(1_000_010, await CountAsync(db, "SELECT count(*) FROM scheduler.task_status"));
        var store = new ClusterStore(db, new Journal(db, SchedulerKinds.All, _ => { }, TimeProvider.System), TimeProvider.System, "test");
        var purging = new HistoryStore(db, "test").PurgeAsync(new HistoryOptions { KeepTasksPerRequest = 20_000 }, Now, None);
        var (commits, longest) = (0, TimeSpan.Zero);
        while (!purging.IsCompleted)
        {
            var began = TimeProvider.System.GetTimestamp();
            await store.SaveAsync(1, Running("v0.1.1", commits), [], None);
            commits++;
            var took = TimeProvider.System.GetElapsedTime(began);
            longest = took > longest ? took : longest;
        }

        output.WriteLine($"{await purging} tasks purged beside {commits} commits, the longest took {longest.TotalMilliseconds:0} ms");
        Assert.InRange(commits, 2, int.MaxValue);
        // By count the newest 20,000; the only attempt of a live deploy stays however old, because the next number is counted from it.
        Assert.Equal(20_000, await CountAsync(db, "SELECT count(*) FROM scheduler.task WHERE deploy_id = 'v0'"));
        Assert.Equal(1, await CountAsync(db, "SELECT count(*) FROM scheduler.task WHERE deploy_id = 'v1'"));
        Assert.Equal(0, await CountAsync(db, "SELECT count(*) FROM scheduler.task WHERE deploy_id = 'v0' AND attempt > 20001"));
        Assert.Equal(0, await CountAsync(db, "SELECT count(*) FROM scheduler.task_status s WHERE s.task_id LIKE 'v0%' AND NOT EXISTS "
            + "(SELECT 1 FROM scheduler.task t WHERE t.id = s.task_id)"));
        Assert.Equal(0, await CountAsync(db, "SELECT count(*) FROM scheduler.task_status WHERE at < now() - interval '38 days'"));
        var queries = new SchedulerQueries(db, new OfferBoard(), new SchedulerOptions());
        Assert.Equal(10 + commits, (await queries.TaskAsync("v0.1.1", None))!.Statuses.Count);
        Assert.Equal(30, (await queries.TasksAsync(new TaskFilter("test", "web"), null, 30, None)).Items.Count);
    }

    [Fact]
    public async Task Rows_go_to_the_partition_of_their_week_and_those_of_a_wrong_clock_to_the_other()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly));
        await using (var connection = await db.OpenConnectionAsync(None))
        {
            await connection.ExecuteAsync(
                "INSERT INTO scheduler.probe (task_id, at, duration_ms, passed) SELECT 't', now() + n * interval '7 days', 1, true FROM generate_series(0, 9) AS n");
        }

        Assert.InRange(await CountAsync(db, "SELECT count(*) FROM scheduler.probe_other"), 7, 8);
        // Weeks later the leader makes their partitions: the rows move.
        await new HistoryStore(db, "test").PurgeAsync(new HistoryOptions(), Now.AddDays(28), None);
        Assert.InRange(await CountAsync(db, "SELECT count(*) FROM scheduler.probe_other"), 3, 4);
        Assert.Equal(10, await CountAsync(db, "SELECT count(*) FROM scheduler.probe"));
        await new HistoryStore(db, "test").PurgeAsync(new HistoryOptions(), Now.AddDays(400), None);
        Assert.Equal(0, await CountAsync(db, "SELECT count(*) FROM scheduler.probe"));
    }

    [Fact, Trait("fact", "138")]
    public async Task What_lives_and_what_is_over_are_told_apart_found_by_every_filter_and_kept_once()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        foreach (var id in new[] { "build.1", "build.2" })
            await harness.Commands.RunOnceAsync(Machine.Build(id) with { RequestId = "build.acme.web." + id[^1] }, None);
        await harness.BecomesAsync("build.2.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        await harness.BecomesAsync("build.2.1.1", "launching");
        var end = new Mesos.TaskUpdated(new Mesos.TaskStatus(
            "build.1.1.1", Mesos.TaskState.Finished, "a1", "SOURCE_EXECUTOR", null, "Command exited with status 0", [7], null, Now, null, null));
        master.Say(end);
        await harness.BecomesAsync("build.1.1.1", "finished");
        master.Say(end);
        master.Update("build.2.1.1", Mesos.TaskState.Running);
        await harness.BecomesAsync("build.2.1.1", "running");

        async Task<string> FoundAsync(TaskFilter filter) =>
            string.Join(',', (await harness.Queries.TasksAsync(filter, null, 30, None)).Items.Select(t => t.Id).Order());
        Assert.Equal("build.2.1.1", await FoundAsync(new TaskFilter("test", ActiveOnly: true)));
        Assert.Equal("build.1.1.1,build.2.1.1", await FoundAsync(new TaskFilter("test")));
        Assert.Equal("build.1.1.1", await FoundAsync(new TaskFilter(DeployId: "build.1")));
        Assert.Equal("build.2.1.1", await FoundAsync(new TaskFilter(RequestId: "build.acme.web.2")));
        Assert.Equal("", await FoundAsync(new TaskFilter("elsewhere")));
        Assert.Single((await harness.Queries.TaskAsync("build.1.1.1", None))!.Statuses, s => s.State == "finished");
    }

    private static Effects Running(string task, int number)
    {
        var effects = new Effects();
        effects.Statuses.Add(new TaskUpdateRow(
            new Mesos.TaskStatus(task, Mesos.TaskState.Running, "a1", null, null, null, BitConverter.GetBytes(number), null, null, null, null), Now));
        return effects;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource db, string sql)
    {
        await using var connection = await db.OpenConnectionAsync(None);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, commandTimeout: 120));
    }
}
