using Dapper;
using Pipeline.Mesos;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Tests.Loop;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Launching;

/// <summary>Rows of the database edited by hand, then the real loop: nothing that was not signed for is launched.</summary>
public sealed class EditedRowTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> Edits =>
    [
        "UPDATE scheduler.deploy SET spec = replace(spec::text, './serve', './evil')::jsonb",
        "UPDATE scheduler.deploy SET spec = replace(spec::text, 'hello', 'evil')::jsonb",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{image}', '\"evil\"')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{user}', '\"root\"')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{needs,cpus}', '3')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{killGrace}', '\"01:00:00\"')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{readiness,httpPath}', '\"/\"')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{envelopes}', '[]')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{trust}', 'null')",
        "UPDATE scheduler.deploy SET spec = jsonb_set(spec, '{trust,generation}', '4')",
    ];

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task An_edited_row_is_not_launched_but_a_security_event(string edit)
    {
        using var signed = new SignedDeploys();
        await using var harness = await LoopHarness.CreateAsync();
        harness.Trust = TrustVerification.By(() => signed.Policy);
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, signed.Web("v1"), None);
        await harness.BecomesAsync("v1.1.1", "pending");
        await harness.StopAsync();
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        Assert.Equal(1, await connection.ExecuteAsync(edit));

        harness.Start(master.Connect);
        await Eventually.IsTrueAsync(
            async () =>
            {
                master.Offer();
                return await connection.ExecuteScalarAsync<int>(
                    "SELECT count(*)::int FROM journal.event WHERE kind = 'security.raised'") > 0;
            },
            TimeSpan.FromSeconds(20), "a security event");

        Assert.Empty(master.Calls.OfType<AcceptOffers>());
        Assert.Equal("Failed", await connection.ExecuteScalarAsync<string>("SELECT state FROM scheduler.deploy"));
    }

    [Fact]
    public async Task What_the_row_of_a_task_says_of_its_resources_is_for_people_only()
    {
        using var signed = new SignedDeploys();
        await using var harness = await LoopHarness.CreateAsync();
        harness.Trust = TrustVerification.By(() => signed.Policy);
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, signed.Web("v1"), None);
        await harness.BecomesAsync("v1.1.1", "pending");
        await harness.StopAsync();
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        await connection.ExecuteAsync("UPDATE scheduler.task SET cpus = 3, memory_mb = 2048");

        harness.Start(master.Connect);
        await LaunchedAsync(harness, master);

        Assert.Equal(
            (0.5m, 256m),
            master.Calls.OfType<AcceptOffers>().Single().Tasks.Select(t => (t.Resources.Cpus, t.Resources.MemoryMb)).Single());
    }

    [Fact]
    public async Task Without_an_edit_it_is_launched_and_with_a_statement_of_an_earlier_version_after_a_fresh_one()
    {
        using var signed = new SignedDeploys();
        await using var harness = await LoopHarness.CreateAsync();
        harness.Trust = TrustVerification.By(() => signed.Policy);
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, signed.Web("v1", outdated: true), None);
        await Eventually.BecomesAsync(
            async () =>
            {
                master.Offer();
                return (await harness.Queries.TaskAsync("v1.1.1", None))?.Task.WhyPending ?? "";
            },
            why => why.StartsWith("waits for a fresh promotion statement", StringComparison.Ordinal), TimeSpan.FromSeconds(20),
            "the task waits");
        Assert.Empty(master.Calls.OfType<AcceptOffers>());

        await harness.Commands.RenewAsync(Callers.System, signed.Web("v1"), None);
        await LaunchedAsync(harness, master);

        await using var connection = await harness.Db.OpenConnectionAsync(None);
        Assert.Equal(0, await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM journal.event WHERE kind = 'security.raised'"));
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>(
            "SELECT count(*)::int FROM scheduler.deploy WHERE spec->>'runnerSpec' LIKE '%specification%'"));
    }

    private static Task LaunchedAsync(LoopHarness harness, ScriptedMaster master) => Eventually.BecomesAsync(
        async () =>
        {
            master.Offer();
            return (await harness.Queries.TaskAsync("v1.1.1", None))?.Task.State;
        },
        state => state == "launching", TimeSpan.FromSeconds(20), "the task is launched");
}
