using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Requests;

public sealed class CooldownTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static void Fail(Machine m, int times, TimeSpan every)
    {
        for (var i = 0; i < times; i++)
        {
            m.Place();
            m.Crash(m.Live("v1").First(t => t.Phase == TaskPhase.Running).Id);
            m.Pass(every);
        }
    }

    [Fact, Trait("fact", "38")]
    public void Five_rapid_failures_are_a_cooldown_and_new_starts_wait_two_minutes()
    {
        var m = Machine.With(5);
        Fail(m, 5, TimeSpan.FromSeconds(1));
        Assert.NotNull(m.Requests["api-web"].Overrides.Cooldown);
        Assert.Contains(m.Events.OfType<RequestChanged>(), e => e.What == "cooldown-entered");
        var last = m.Live("v1").Max(t => t.NotBefore);
        Assert.True(last > m.Now + TimeSpan.FromSeconds(110));
        m.Restart();
        m.Pass(TimeSpan.FromSeconds(30));
        Assert.NotNull(m.Requests["api-web"].Overrides.Cooldown);
        m.Pass(TimeSpan.FromSeconds(31));
        Assert.Null(m.Requests["api-web"].Overrides.Cooldown);
        Assert.Equal("cooldown-left", m.Events.OfType<RequestChanged>().Last().What);
    }

    [Fact, Trait("fact", "38")]
    public void Slow_failures_are_no_cooldown()
    {
        var m = Machine.With(5);
        Fail(m, 8, TimeSpan.FromSeconds(20));
        Assert.Null(m.Requests["api-web"].Overrides.Cooldown);
    }

    [Fact, Trait("fact", "38")]
    public void A_success_of_a_run_ends_the_cooldown()
    {
        var m = new Machine();
        var allow = new Schedule("*/10 * * * * *", Overlap: Overlap.Allow);
        m.Do(new SubmitDeployCommand(Machine.Nightly("n1", allow)));
        m.Pass(TimeSpan.FromSeconds(60));
        m.Place();
        var runs = m.Live().Where(t => t.Phase == TaskPhase.Running).Select(t => t.Id).ToList();
        foreach (var run in runs.Take(5))
            m.Crash(run);
        Assert.NotNull(m.Requests["nightly"].Overrides.Cooldown);
        m.Pass(TimeSpan.FromSeconds(10));
        Assert.True(m.Live().Max(t => t.NotBefore) >= m.Now + TimeSpan.FromSeconds(119));
        m.Say(runs[5], TaskState.Finished, message: "Command exited with status 0");
        Assert.Null(m.Requests["nightly"].Overrides.Cooldown);
    }

    [Fact]
    public void A_person_ends_the_cooldown_and_what_waited_starts_at_once()
    {
        var m = Machine.With(5);
        Fail(m, 5, TimeSpan.FromSeconds(1));
        Assert.True(m.Ask(new ExitCooldownCommand("api-web", Machine.By())).IsAccepted);
        m.Place();
        Assert.Equal(5, m.Healthy());
        Assert.Equal("not-cooling-down", m.Ask(new ExitCooldownCommand("api-web", Machine.By())).Code);
        m.Crash(m.Live("v1")[0].Id);
        Assert.Null(m.Requests["api-web"].Overrides.Cooldown);
    }

    [Fact]
    public void Kills_and_lost_agents_do_not_count_and_a_new_deploy_is_not_delayed()
    {
        var m = Machine.With(6);
        foreach (var task in m.Live("v1"))
            m.Say(task.Id, TaskState.Gone, fromMaster: true);
        Assert.Empty(m.Requests["api-web"].Failures);
        m.Place();
        Fail(m, 5, TimeSpan.FromSeconds(1));
        Assert.NotNull(m.Requests["api-web"].Overrides.Cooldown);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 2)));
        m.Place();
        Assert.Equal(2, m.Healthy(t => t.DeployId == "v2"));
        Assert.Null(m.Requests["api-web"].Overrides.Cooldown);
    }

    [Fact, Trait("fact", "23")]
    public void With_a_wait_after_a_task_its_replacement_is_that_much_later()
    {
        var m = Machine.With(1, new DeployOptions { WaitAfterTask = TimeSpan.FromSeconds(45) });
        m.Crash("v1.1.1");
        Assert.Equal(m.Now + TimeSpan.FromSeconds(45), m.Task("v1.1.2").NotBefore);
    }

    [Fact, Trait("fact", "125")]
    public void A_crash_loop_is_told_once_kept_and_ended()
    {
        var m = Machine.With(5);
        Fail(m, 6, TimeSpan.FromSeconds(1));
        Assert.Single(m.Events.OfType<RequestChanged>(), e => e is { What: "crash-loop", Detail: "fast" });
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(30));
        Fail(m, 1, TimeSpan.FromSeconds(1));
        Assert.Contains(m.Requests["api-web"].Loops, l => l is { Kind: CrashLoopKind.Fast, Until: not null });
        Fail(m, 6, TimeSpan.FromSeconds(1));
        Assert.Equal(2, m.Requests["api-web"].Loops.Count(l => l.Kind == CrashLoopKind.Fast));
    }

    public static TheoryData<string, int, bool> Patterns => new()
    {
        { "fast", 1, true }, { "slow", 1, true }, { "slow", 1, false }, { "startup", 1, true }, { "oom", 1, true },
        { "single", 3, true }, { "multi", 3, true }, { "unexpected", 1, true }, { "old", 3, true }, { "burst", 1, true },
    };

    [Theory, Trait("fact", "125")]
    [MemberData(nameof(Patterns))]
    public void Patterns_of_failures_have_their_names(string pattern, int instances, bool longRunning)
    {
        IEnumerable<InstanceFailure> Every(TimeSpan pause, int count, InstanceFailureKind kind, params int[] of) =>
            Enumerable.Range(0, count).Select(i => new InstanceFailure(of[i % of.Length], Now - (pause * (count - 1 - i)), kind));
        var (failures, expected) = pattern switch
        {
            "fast" => (Every(TimeSpan.FromSeconds(5), 5, InstanceFailureKind.BadExit, 1), new[] { CrashLoopKind.Fast }),
            "slow" => (Every(TimeSpan.FromMinutes(30), 15, InstanceFailureKind.BadExit, 1), longRunning ? [CrashLoopKind.Slow] : []),
            "startup" =>
                (Every(TimeSpan.FromMinutes(2), 5, InstanceFailureKind.Startup, 1), [CrashLoopKind.Startup, CrashLoopKind.SingleInstance]),
            "oom" =>
                (
                    Every(TimeSpan.FromMinutes(9), 4, InstanceFailureKind.OutOfMemory, 1),
                    [CrashLoopKind.OutOfMemory, CrashLoopKind.SingleInstance]),
            "single" => (Every(TimeSpan.FromMinutes(4), 4, InstanceFailureKind.BadExit, 2), [CrashLoopKind.SingleInstance]),
            "multi" => (Every(TimeSpan.FromMinutes(3), 6, InstanceFailureKind.BadExit, 1, 2, 3), [CrashLoopKind.MultiInstance]),
            "unexpected" =>
                (
                    Every(TimeSpan.FromMinutes(7), 5, InstanceFailureKind.UnexpectedExit, 1),
                    [CrashLoopKind.SingleInstance, CrashLoopKind.UnexpectedExits]),
            "old" =>
                (
                    Every(TimeSpan.FromMinutes(3), 10, InstanceFailureKind.BadExit, 1, 2).Select(
                        f => f with { At = f.At - TimeSpan.FromHours(9) }),
                    []),
            _ =>
                (
                    Every(TimeSpan.FromSeconds(20), 9, InstanceFailureKind.BadExit, 1).Select(
                        f => f with { At = f.At - TimeSpan.FromMinutes(2) }),
                    []),
        };
        Assert.Equal(expected, CrashLoops.In([.. failures], instances, longRunning, Now));
    }
}
