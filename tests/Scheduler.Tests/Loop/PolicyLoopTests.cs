using Dapper;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>Policy through the loop and the rows.</summary>
public sealed class PolicyLoopTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Without_a_leader_a_command_waits_and_can_be_asked_for()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var waiting = await harness.Queue.SendAsync("test", "api-web", new PauseCommand("api-web", true, Machine.By()), None);
        Assert.Null(waiting.Outcome);
        harness.Start(new ScriptedMaster().Connect);
        var answered = await Eventually.BecomesAsync(
            () => harness.Queue.AnswerAsync(waiting.Id, None), a => a?.Outcome is not null, TimeSpan.FromSeconds(20), "it is answered");
        Assert.Equal(("not-found", 404), (answered!.Outcome!.Code, answered.Outcome.Status));
    }

    [Fact, Trait("fact", "68")]
    public async Task A_rollout_by_groups_and_a_bounce_go_on_under_the_next_leader()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, Machine.Web("v1", 1), None);
        await harness.BecomesAsync("v1.1.1", "pending");
        await PlaceAsync(harness, master, "v1.1.1");
        Assert.True((await harness.Queue.SendAsync("test", "api-web", new BounceCommand("api-web", true, 1, false, Machine.By()), None))
            .Outcome!.IsAccepted);
        await harness.BecomesAsync("v1.1.2", "pending");
        await harness.StopAsync();

        harness.Start(master.Connect);
        await PlaceAsync(harness, master, "v1.1.2");
        await harness.BecomesAsync("v1.1.1", "killing");
        master.Update("v1.1.1", TaskState.Killed);
        await harness.BecomesAsync("v1.1.1", "killed");

        var manual = new DeployOptions { Rollout = new Rollout(Acceptance.Manual) { Groups = [new Share(1)] } };
        await harness.Queue.SendAsync("test", "api-web", new ScaleCommand("api-web", 2, false, false, Machine.By()), None);
        await PlaceAsync(harness, master, "v1.2.1");
        await harness.Commands.DeployAsync(Callers.System, Machine.Web("v2", 2) with { Options = manual }, None);
        await harness.BecomesAsync("v2.1.1", "pending");
        await PlaceAsync(harness, master, "v2.1.1");
        await harness.StopAsync();

        harness.Start(master.Connect);
        var deploy = await harness.Queries.DeployAsync("test", "v2", None);
        Assert.Equal((1, 2, 1, "manual"), (deploy!.Rollout!.Group, deploy.Rollout.Groups, deploy.Rollout.Proven,
            deploy.Rollout.Acceptance));
        var advanced = await harness.Queue.SendAsync(
            "test", "v2", new AdvanceDeployCommand("v2", true, null, Kernel.Actor.Person("eleni")), None);
        Assert.True(advanced.Outcome is null or { IsAccepted: true });
        await harness.BecomesAsync("v2.2.1", "pending");
    }

    [Fact, Trait("fact", "21")]
    public async Task The_arguments_and_environment_of_a_run_reach_its_runner()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, Machine.Job("r1"), None);
        var command = new RunNowCommand("report", "a", ["--day", "two words"], new Dictionary<string, string> { ["DAY"] = "monday" }, null,
            null, Machine.By());
        var answer = await harness.Queue.SendAsync("test", "report", command, None);
        Assert.Equal("r1.run.a", answer.Outcome!.Detail);
        await harness.BecomesAsync("r1.run.a.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("r1.run.a.1.1", "launching");
        var redeemed = await harness.Auth.RedeemAsync("r1.run.a.1.1", harness.Key.TicketFor("r1.run.a.1.1"), "nonce", false, None);
        Assert.Equal(["--day", "two words"], redeemed.Run!.Arguments);
        Assert.Equal("monday", redeemed.Run.Environment["DAY"]);

        master.Update("r1.run.a.1.1", TaskState.Finished, "Command exited with status 0");
        await harness.BecomesAsync("r1.run.a.1.1", "finished");
        var again = await harness.Queue.SendAsync("test", "report", command, None);
        Assert.Contains("nothing changed", again.Outcome!.Detail, StringComparison.Ordinal);
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM scheduler.task"));
    }

    private static async Task PlaceAsync(LoopHarness harness, ScriptedMaster master, string task)
    {
        // A new leader may not listen yet when the first offer comes.
        await Eventually.BecomesAsync(
            () =>
            {
                master.Offer();
                return harness.Queries.TaskAsync(task, None);
            },
            t => t?.Task.State == "launching", TimeSpan.FromSeconds(20), $"{task} is placed");
        master.Update(task, TaskState.Running);
        await harness.BecomesAsync(task, "running");
    }
}
