using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.Scheduler.Tests.Loop;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Data;

/// <summary>Thousands of operators' commands at once: all are taken, in their order, and the rest goes on.</summary>
public sealed class CommandFloodTests
{
    private const int Requests = 8;
    private const int Each = 2_500;
    private static readonly CancellationToken None = CancellationToken.None;

    // n-th of all, for each request in turn. Its number is the reason that the event of the change carries.
    private const string Flood = """
        INSERT INTO scheduler.intake (cluster, at, subject_id, payload, wants_answer)
        SELECT 'test', now(), 'web' || n % @Requests,
               jsonb_set(jsonb_set(jsonb_set(@payload::jsonb, '{requestId}', to_jsonb('web' || n % @Requests)),
                                   '{by,reason}', to_jsonb(n::text)), '{priority}', to_jsonb(0.4 + 0.2 * (n / @Requests % 2))), true
          FROM generate_series(0, @last) n ORDER BY n;
        SELECT pg_notify('scheduler_intake', 'test');
        """;

    [Fact]
    public async Task A_flood_is_taken_wholly_and_in_order_while_updates_of_the_master_are_handled()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        for (var n = 0; n < Requests; n++)
            await harness.Commands.DeployAsync(Callers.System, Machine.Web($"v{n}", 1) with { RequestId = $"web{n}" }, None);
        await harness.BecomesAsync($"v{Requests - 1}.1.1", "pending");

        var template = JsonSerializer.Serialize<SchedulerCommand>(
            new SetPriorityCommand("", 0.5m, Machine.By(reason: "")), StoredJson.Options);
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        await connection.ExecuteAsync(Flood, new { Requests, last = (Requests * Each) - 1, payload = template });
        master.Offer();
        await harness.BecomesAsync("v0.1.1", "launching");
        await Eventually.BecomesAsync(
            () => ScalarAsync(connection, "SELECT count(*)::int FROM scheduler.intake"), left => left == 0, TimeSpan.FromSeconds(30),
            "the whole flood is taken");

        Assert.True(
            await connection.ExecuteScalarAsync<bool>(
                """
                SELECT min(id) FILTER (WHERE kind = 'task.launched') < max(id) FILTER (WHERE kind = 'request.changed') FROM journal.event
                """),
            "The task was launched after the flood, not within it.");
        Assert.Equal(
            Requests * Each, await ScalarAsync(connection, "SELECT count(*)::int FROM scheduler.command_result WHERE status = 202"));
        var changes = await connection.QueryAsync<(string Request, int Number)>("""
            SELECT payload->>'requestId', (payload->>'reason')::int FROM journal.event
             WHERE kind = 'request.changed' AND payload->>'reason' <> '' ORDER BY id
            """);
        foreach (var ofRequest in changes.GroupBy(c => c.Request))
            Assert.Equal(Enumerable.Range(0, Each).Select(n => (n * Requests) + ofRequest.First().Number), ofRequest.Select(c => c.Number));
        Assert.Equal(Requests * Each, changes.Count());
    }

    [Fact]
    public async Task Hundreds_who_wait_for_their_answers_leave_the_connections_to_others()
    {
        await using var harness = await LoopHarness.CreateAsync();
        await using var few = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(harness.Db.ConnectionString) { MaxPoolSize = 5, Timeout = 60 });
        var store = new CommandStore(few, TimeProvider.System);
        var senders = Enumerable.Range(0, 300).Select(n => Task.Run(
            () => store.SendAsync("test", $"web{n}", new PauseCommand($"web{n}", false, Machine.By()), None))).ToList();
        await Eventually.BecomesAsync(
            async () =>
            {
                await using var connection = await few.OpenConnectionAsync(None);
                return await ScalarAsync(connection, "SELECT count(*)::int FROM scheduler.intake");
            },
            queued => queued == senders.Count, TimeSpan.FromSeconds(30), "all wait");

        harness.Start(new ScriptedMaster().Connect);
        var answers = await Task.WhenAll(senders);

        Assert.Equal(senders.Count, answers.Select(a => a.Id).Distinct().Count());
        foreach (var answer in answers.Where(a => a.Outcome is null))
            Assert.NotNull((await store.AnswerAsync(answer.Id, None))!.Outcome);
        Assert.Contains(answers, a => a.Outcome is { Code: "not-found" });
    }

    private static Task<int> ScalarAsync(NpgsqlConnection connection, string sql) => connection.ExecuteScalarAsync<int>(sql);
}
