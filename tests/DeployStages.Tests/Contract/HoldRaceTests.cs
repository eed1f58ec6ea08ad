using Dapper;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.TestKit;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>A hold that is placed while a stage starts its release wins or loses, and nothing in between.</summary>
public sealed class HoldRaceTests
{
    private const string Approved = """
        stages:
          - { name: qa, cluster: qa, bake: 1s, gates: { approval: { groups: { release-managers: 1 }, expires: 72h } } }
        """;

    [Fact]
    public async Task A_hold_at_the_moment_when_the_gate_opens_wins_or_stops_what_was_started()
    {
        await using var stages = await Stages.StartAsync(Approved);
        var (kept, stopped) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            var release = await stages.ReleaseAsync();
            var p = await stages.PromotionAsync(release, "qa");
            Assert.IsType<PromotionOutcome.Done>(await stages.Commands.ApproveAsync(Callers.Person("niki"), p.Id, null, null, default));
            var before = await stages.IntakeAsync();

            // The job of the approval opens the gate. The hold comes a little later each time, so that it meets every step of it.
            await Task.WhenAll(
                Task.Run(stages.RunJobsAsync),
                Task.Run(async () =>
                {
                    Thread.SpinWait(round * 40_000);
                    await stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("petros"), release.Digest, "Leaks.", default);
                }));
            await stages.RunJobsAsync();
            await stages.PassAsync(2);

            var phase = await stages.PhaseAsync(release, "qa");
            if (phase == PromotionPhase.Waiting)
            {
                kept++;
                Assert.Equal(before, await stages.IntakeAsync());
                Assert.Equal("hold", (await stages.PromotionAsync(release, "qa")).Blockers[0].Gate);
            }
            else
            {
                stopped++;
                Assert.Equal(PromotionPhase.Failed, phase);
                Assert.Equal(["deploy", "cancel-deploy", "remove"], await KindsAsync(stages, before));
            }
        }

        Assert.Equal(40, kept + stopped);
    }

    [Fact]
    public async Task A_hold_that_is_being_written_while_the_gate_opens_keeps_it_closed()
    {
        await using var stages = await Stages.StartAsync(Approved);
        var release = await stages.ReleaseAsync();
        var p = await stages.PromotionAsync(release, "qa");
        await stages.Commands.ApproveAsync(Callers.Person("niki"), p.Id, null, null, default);
        var before = await stages.IntakeAsync();

        // Who appends to the journal waits here: the hold is written and not committed yet.
        await using var journal = await stages.Db.OpenConnectionAsync();
        await journal.ExecuteAsync("SELECT pg_advisory_lock(4006)");
        var hold = stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("petros"), release.Digest, "Leaks.", default);
        await WaitingAsync(stages, 1);
        var opening = stages.RunJobsAsync();
        await WaitingAsync(stages, 2);
        await journal.ExecuteAsync("SELECT pg_advisory_unlock(4006)");
        await Task.WhenAll(hold, opening);
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(release, "qa"));
        Assert.Equal(before, await stages.IntakeAsync());
    }

    [Fact]
    public async Task What_a_stage_starts_when_its_release_is_held_gives_way_to_what_ran_before()
    {
        await using var stages = await Stages.StartAsync(Stages.Single, runs: 2);
        var good = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var bad = await stages.ReleaseAsync();
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(bad, "qa"));

        await HoldAsync(stages, bad);

        var stopped = await stages.PromotionAsync(bad, "qa");
        Assert.Equal((PromotionPhase.RollingBack, "Held: Leaks."), (stopped.Phase, stopped.Reason));
        Assert.Equal(good.Digest, (await stages.SlotAsync("qa"))!.Current);
        await stages.HealthyAsync("qa");
        Assert.Equal(PromotionPhase.RolledBack, await stages.PhaseAsync(bad, "qa"));
    }

    [Fact]
    public async Task What_a_stage_runs_in_order_when_its_release_is_held_runs_on()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        var before = await stages.IntakeAsync();

        await HoldAsync(stages, release);
        await stages.PassAsync(2);

        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "qa"));
        Assert.Equal(before, await stages.IntakeAsync());
    }

    [Fact]
    public async Task A_rollback_returns_to_no_release_that_was_held_after_the_gates_chose_it()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var oldest = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var chosen = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var newest = await stages.ReleaseAsync();
        Assert.Equal(chosen.Digest, (await stages.PromotionAsync(newest, "qa")).Target);

        await HoldAsync(stages, chosen);
        await stages.FailAsync("qa");

        Assert.Equal(oldest.Digest, (await stages.PromotionAsync(newest, "qa")).Target);
        Assert.Equal(oldest.Digest, (await stages.SlotAsync("qa"))!.Current);
    }

    [Fact]
    public async Task A_rollback_stops_when_the_release_that_it_returns_to_is_held()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var good = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var bad = await stages.ReleaseAsync();
        await stages.FailAsync("qa");
        Assert.Equal(PromotionPhase.RollingBack, await stages.PhaseAsync(bad, "qa"));

        await HoldAsync(stages, good);

        var stopped = await stages.PromotionAsync(bad, "qa");
        Assert.Equal(PromotionPhase.Failed, stopped.Phase);
        Assert.EndsWith(
            "The rollback stopped because its release is held: Leaks. Every deployable that it had added to qa is removed.", stopped.Reason,
            StringComparison.Ordinal);
    }

    private static async Task HoldAsync(Stages stages, Release release)
    {
        await stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("petros"), release.Digest, "Leaks.", default);
        await stages.RunJobsAsync();
    }

    private static Task WaitingAsync(Stages stages, int sessions) => Eventually.BecomesAsync(
        () => stages.ScalarAsync<int>(
            "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
        waiting => waiting == sessions, TimeSpan.FromSeconds(20), $"{sessions} sessions wait for a lock");

    private static async Task<string[]> KindsAsync(Stages stages, int after) =>
        (await stages.ScalarAsync<string[]>(
            "SELECT array_agg(payload->>'kind' ORDER BY id) FROM (SELECT * FROM scheduler.intake ORDER BY id OFFSET @after) i",
            new { after }))!;
}
