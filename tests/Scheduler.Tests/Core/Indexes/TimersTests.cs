using CsCheck;
using Pipeline.Scheduler.Core.State;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Indexes;

public sealed class TimersTests
{
    private static readonly TimerKind[] OfTask =
    [
        TimerKind.Launch, TimerKind.Kill, TimerKind.Unreachable, TimerKind.Startup, TimerKind.Probe, TimerKind.Overtime,
        TimerKind.NotBefore, TimerKind.NotStarted, TimerKind.Settled, TimerKind.Late,
    ];

    private static readonly TimerKind[] OfRequest = [TimerKind.Override, TimerKind.Cooldown, TimerKind.Fire, TimerKind.OldRuns];

    private enum Step
    {
        Set,
        Cancel,
        CancelTask,
        CancelRequest,
        Take,
    }

    [Fact]
    public void Whatever_is_set_and_cancelled_comes_due_in_the_order_of_time_kind_and_id()
    {
        var steps = Gen.Select(
            Gen.Enum<Step>(), Gen.Enum<TimerKind>(), Gen.Int[0, 3].Select(i => $"t{i}"), Gen.Int[0, 9],
            (step, kind, id, second) => (step, kind, id, At: Now.AddSeconds(second)));
        steps.Array[0, 40].Sample(played =>
        {
            var timers = new Timers();
            var model = new Dictionary<(TimerKind Kind, string Id), DateTimeOffset>();
            foreach (var (step, kind, id, at) in played)
                Assert.Equal(Play(model, step, kind, id, at), Play(timers, step, kind, id, at));
            foreach (var (key, _) in model)
                Assert.True(timers.IsSet(key.Kind, key.Id));
            Assert.Equal(model.Count == 0 ? null : model.Values.Min(), timers.Next);
        });
    }

    [Fact]
    public void A_timer_is_due_at_its_time_and_not_before()
    {
        var timers = new Timers();
        timers.Set(TimerKind.Kill, "t1", Now);
        Assert.False(timers.TryTakeDue(Now - TimeSpan.FromTicks(1), out _, out _));
        Assert.True(timers.TryTakeDue(Now, out var kind, out var id));
        Assert.Equal((TimerKind.Kill, "t1"), (kind, id));
        Assert.False(timers.TryTakeDue(Now.AddYears(1), out _, out _));
        Assert.Null(timers.Next);
    }

    // What belongs to a task that is over may never fire for the next that has its id, and what does not must stay.
    [Fact]
    public void The_end_of_a_task_or_a_request_cancels_what_belongs_to_it_and_nothing_else()
    {
        var left = Enum.GetValues<TimerKind>().Except(OfTask).ToList();
        Assert.Equal(left, KindsAfter(t => t.CancelTask("x")));
        Assert.Equal(Enum.GetValues<TimerKind>().Except(OfRequest), KindsAfter(t => t.CancelRequest("x")));
        Assert.Equal(Enum.GetValues<TimerKind>(), KindsAfter(t => t.CancelTask("y")));
    }

    private static IEnumerable<TimerKind> KindsAfter(Action<Timers> cancel)
    {
        var timers = new Timers();
        foreach (var kind in Enum.GetValues<TimerKind>())
            timers.Set(kind, "x", Now);
        cancel(timers);
        return Enum.GetValues<TimerKind>().Where(k => timers.IsSet(k, "x")).ToList();
    }

    private static (TimerKind, string)? Play(Timers timers, Step step, TimerKind kind, string id, DateTimeOffset at)
    {
        switch (step)
        {
            case Step.Set:
                timers.Set(kind, id, at);
                return null;
            case Step.Cancel:
                timers.Cancel(kind, id);
                return null;
            case Step.CancelTask:
                timers.CancelTask(id);
                return null;
            case Step.CancelRequest:
                timers.CancelRequest(id);
                return null;
            default:
                return timers.TryTakeDue(at, out var due, out var of) ? (due, of) : null;
        }
    }

    private static (TimerKind, string)? Play(
        Dictionary<(TimerKind Kind, string Id), DateTimeOffset> model, Step step, TimerKind kind, string id, DateTimeOffset at)
    {
        TimerKind[] cancelled = step switch { Step.Cancel => [kind], Step.CancelTask => OfTask, Step.CancelRequest => OfRequest, _ => [] };
        foreach (var gone in cancelled)
            model.Remove((gone, id));
        if (step == Step.Set)
            model[(kind, id)] = at;
        if (step != Step.Take || model.Count == 0)
            return null;
        var first = model.OrderBy(t => t.Value).ThenBy(t => t.Key.Kind).ThenBy(t => t.Key.Id, StringComparer.Ordinal).First();
        if (first.Value > at)
            return null;
        model.Remove(first.Key);
        return first.Key;
    }
}
