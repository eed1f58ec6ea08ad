using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract.Queries;

namespace Pipeline.DeployStages.Tests.Contract.Outcomes;

/// <summary>A release that does not come into force leaves nothing in the stage that was not there before.</summary>
public sealed class WithdrawalTests
{
    private const string Nothing = "There is no release to return to: every deployable that it had added to qa is removed.";
    private const string Stay = "stages: [{ name: qa, cluster: qa, bake: 1s, on_failure: stay }]";

    [Theory]
    [InlineData(Stages.Single, 1)]
    [InlineData(Stages.Single, 2)]
    [InlineData(Stay, 1)]
    public async Task A_first_release_whose_migration_fails_leaves_no_service_and_no_route_and_the_next_release_goes_in(
        string policy, int runs)
    {
        await using var stages = await Stages.StartAsync(policy, runs);
        var bad = await stages.ReleaseAsync("migrate", "web", "worker");
        await stages.HealthyAsync("qa", "web");
        await stages.FailAsync("qa", "Command exited with status 4", FailureClass.App, "migrate");

        var failed = await stages.PromotionAsync(bad, "qa");
        Assert.Equal(
            (PromotionPhase.Failed, FailureClass.App, $"migrate: Command exited with status 4. {Nothing}"),
            (failed.Phase, failed.FailureClass, failed.Reason));
        Assert.Equal(["migrate", "web", "worker"], await RemovedAsync(stages));
        Assert.Equal(["worker"], await CancelledAsync(stages));
        Assert.Empty(await stages.Get<TrafficQueries>().ListAsync(default));
        Assert.Empty((await stages.Get<StageQueries>().DeployablesAsync(null, 10, default)).Items);
        Assert.Null((await stages.SlotAsync("qa"))!.Current);

        var good = await stages.ReleaseAsync("migrate", "web", "worker");
        await stages.GoThroughAsync("qa");
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(good, "qa"));
        Assert.Equal(3, (await stages.Get<TrafficQueries>().ListAsync(default)).Count);
        Assert.Equal(3, (await RemovedAsync(stages)).Count);
    }

    [Theory]
    [InlineData("stopped", "Stopped by niki: wrong branch.")]
    [InlineData("held", "Held: Leaks.")]
    [InlineData("alarmed", "digest-mismatch: Other bytes.")]
    public async Task A_first_release_that_is_ended_in_the_middle_leaves_nothing_either(string how, string reason)
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync("migrate", "web");
        await stages.HealthyAsync("qa", "web");

        await EndAsync(stages, how, release);

        var ended = await stages.PromotionAsync(release, "qa");
        Assert.Equal((PromotionPhase.Failed, $"{reason} {Nothing}"), (ended.Phase, ended.Reason));
        Assert.Equal(["migrate", "web"], await RemovedAsync(stages));
        Assert.Empty(await stages.Get<TrafficQueries>().ListAsync(default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_only_the_new_release_had_goes_when_the_stage_returns_whether_the_way_back_succeeds_or_fails(bool fails)
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var good = await stages.ReleaseAsync("web");
        await stages.GoThroughAsync("qa");
        var bad = await stages.ReleaseAsync("added", "migrate", "web");
        await stages.HealthyAsync("qa", "added");
        await stages.FailAsync("qa", "Exit 4.", FailureClass.App, "migrate");
        Assert.Equal(PromotionPhase.RollingBack, await stages.PhaseAsync(bad, "qa"));

        await (fails ? stages.FailAsync("qa", "No agent fits.", FailureClass.Infra) : stages.HealthyAsync("qa"));

        var p = await stages.PromotionAsync(bad, "qa");
        Assert.Equal(
            fails
                ? (PromotionPhase.Failed,
                    "migrate: Exit 4. The rollback failed as well: web: No agent fits. "
                    + "Every deployable that it had added to qa is removed.")
                : (PromotionPhase.RolledBack, "migrate: Exit 4."),
            (p.Phase, p.Reason!));
        Assert.Equal(["added", "migrate"], await RemovedAsync(stages));
        Assert.Equal("/web", Assert.Single(await stages.Get<TrafficQueries>().ListAsync(default)).Route);
        Assert.Equal(good.Digest, (await stages.SlotAsync("qa"))!.Current);
    }

    [Fact]
    public async Task Where_failures_stay_what_only_the_new_release_had_goes_and_what_the_stage_had_stays()
    {
        await using var stages = await Stages.StartAsync(Stay);
        await stages.ReleaseAsync("web");
        await stages.GoThroughAsync("qa");
        var bad = await stages.ReleaseAsync("added", "web");
        await stages.HealthyAsync("qa", "added");
        await stages.FailAsync("qa", "Exit 4.", FailureClass.App, "web");

        var p = await stages.PromotionAsync(bad, "qa");
        Assert.Equal((PromotionPhase.Failed, "web: Exit 4. Every deployable that it had added to qa is removed."), (p.Phase, p.Reason));
        Assert.Equal(["added"], await RemovedAsync(stages));
    }

    [Fact]
    public async Task Once_every_instance_was_healthy_a_first_release_runs_on()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 9s }]");
        var release = await stages.ReleaseAsync("web");
        await stages.HealthyAsync("qa");
        await stages.Get<Journal>().AppendAsync(Alarm(release), Actor.System("taskrunner"), JournalSubject.None, default);
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "qa"));
        Assert.Empty(await RemovedAsync(stages));
        Assert.Equal(release.Digest, (await stages.SlotAsync("qa"))!.Current);
    }

    [Fact]
    public async Task A_release_that_starts_again_and_fails_takes_nothing_down_that_the_stage_had()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync("web");
        await stages.GoThroughAsync("qa");
        await stages.ExecuteAsync("UPDATE scheduler.task SET phase = 'Failed', healthy_at = NULL");
        await stages.PromoteAsync(release, "qa");
        await stages.FailAsync("qa", "Exit 4.", FailureClass.App);

        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "qa"));
        Assert.Empty(await RemovedAsync(stages));
        Assert.Equal("/web", Assert.Single(await stages.Get<TrafficQueries>().ListAsync(default)).Route);
    }

    [Fact]
    public async Task A_server_that_is_killed_between_the_failure_and_the_removal_removes_once_when_it_is_back()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync("migrate", "web");
        await stages.HealthyAsync("qa", "web");
        await stages.ExecuteAsync("""
            CREATE FUNCTION scheduler.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
            CREATE TRIGGER die BEFORE INSERT ON scheduler.intake FOR EACH ROW
              WHEN (NEW.subject_id = 'web' AND NEW.payload->>'kind' = 'remove') EXECUTE FUNCTION scheduler.die();
            """);
        await Assert.ThrowsAsync<PostgresException>(() => stages.FailAsync("qa", "Exit 4.", FailureClass.App, "migrate"));
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "qa"));
        Assert.Empty(await RemovedAsync(stages));
        Assert.Equal(2, (await stages.Get<TrafficQueries>().ListAsync(default)).Count);

        await stages.ExecuteAsync("DROP TRIGGER die ON scheduler.intake");
        stages.LoseJobs();
        await stages.PassAsync(40);

        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "qa"));
        Assert.Equal(["migrate", "web"], await RemovedAsync(stages));
        Assert.Empty(await stages.Get<TrafficQueries>().ListAsync(default));
    }

    private static async Task EndAsync(Stages stages, string how, Release release)
    {
        if (how == "stopped")
        {
            var p = await stages.PromotionAsync(release, "qa");
            await stages.Commands.RollbackAsync(Callers.Person("niki"), p.Id, "wrong branch", default);
        }
        else if (how == "held")
        {
            await stages.Get<ReleaseCommands>().HoldAsync(Callers.Person("niki"), release.Digest, "Leaks.", default);
        }
        else
        {
            await stages.Get<Journal>().AppendAsync(Alarm(release), Actor.System("taskrunner"), JournalSubject.None, default);
        }

        await stages.RunJobsAsync();
    }

    private static SecurityEventRaised Alarm(Release release) =>
        new(null, release.Digest, "qa", "t", "digest-mismatch", "Other bytes.");

    /// <summary>Requests that the scheduler was told to remove, unless they run something else than the promotion's deploys.</summary>
    private static Task<IReadOnlyList<string>> RemovedAsync(Stages stages) => SubjectsAsync(
        stages,
        """
        payload->>'kind' = 'remove' AND payload->'onlyOf' = (
          SELECT jsonb_agg(d.deploy_id ORDER BY d.generation) FROM stages.deploy d
            JOIN stages.promotion p ON p.id = d.promotion_id AND p.phase IN ('Failed', 'RolledBack') WHERE d.request_id = subject_id)
        """);

    private static async Task<IReadOnlyList<string>> CancelledAsync(Stages stages) =>
        [.. (await SubjectsAsync(stages, "payload->>'kind' = 'cancel-deploy'")).Select(id => id.Split('.')[0])];

    private static async Task<IReadOnlyList<string>> SubjectsAsync(Stages stages, string condition) =>
        (await stages.ScalarAsync<string[]>(
            $"SELECT coalesce(array_agg(subject_id ORDER BY subject_id), '{{}}') FROM scheduler.intake WHERE {condition}"))!;
}
