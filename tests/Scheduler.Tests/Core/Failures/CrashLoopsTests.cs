using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Failures;

public sealed class CrashLoopsTests
{
    private const InstanceFailureKind Exit = InstanceFailureKind.BadExit;

    public static TheoryData<string, string, int, bool> Loops => new()
    {
        // seconds ago, with the kind's first letters when it matters: the last that is a loop, and the first that is none
        { "0 10 20 30 59", nameof(CrashLoopKind.Fast), 1, true },
        { "0 10 20 30 60", nameof(CrashLoopKind.Fast), 1, false },
        { "0 10 20 30", nameof(CrashLoopKind.Fast), 1, false },
        { "S0 S100 H200 S300 S599", nameof(CrashLoopKind.Startup), 1, true },
        { "S0 S100 H200 S300 S600", nameof(CrashLoopKind.Startup), 1, false },
        { "S0 S100 H200 S300 B400", nameof(CrashLoopKind.Startup), 1, false },
        { "M0 M600 M1200 M1799", nameof(CrashLoopKind.OutOfMemory), 1, true },
        { "M0 M600 M1200 M1800", nameof(CrashLoopKind.OutOfMemory), 1, false },
        { "M0 M600 B700 M1200", nameof(CrashLoopKind.OutOfMemory), 1, false },
        { "U0 U100 U200 U300 U400", nameof(CrashLoopKind.UnexpectedExits), 1, true },
        { "U0 U100 U200 U300", nameof(CrashLoopKind.UnexpectedExits), 1, false },
        { "U0 U100 U200 U300 U1800", nameof(CrashLoopKind.UnexpectedExits), 1, false },
    };

    [Theory]
    [MemberData(nameof(Loops))]
    public void A_pattern_is_a_loop_from_its_threshold_on(string failures, string kind, int instances, bool expected) =>
        Assert.Equal(
            expected, CrashLoops.In(Read(failures), instances, longRunning: true, Now).Contains(Enum.Parse<CrashLoopKind>(kind)));

    [Theory]
    [InlineData(11, 0, true, true)] // more than 70 % of 15 half hours
    [InlineData(10, 0, true, false)]
    [InlineData(11, 3, true, true)] // the newest in the first quarter
    [InlineData(11, 4, true, false)]
    [InlineData(11, 0, false, false)] // runs end by themselves
    public void Failures_in_most_half_hours_are_a_slow_loop(int buckets, int newest, bool longRunning, bool expected)
    {
        var failures = Enumerable.Range(newest, buckets).Select(b => new InstanceFailure(1, Ago(minutes: (30 * b) + 1), Exit)).ToList();
        Assert.Equal(expected, CrashLoops.In(failures, 1, longRunning, Now).Contains(CrashLoopKind.Slow));
    }

    [Theory]
    [InlineData(3, 0, true)] // more than a quarter of 10 times three minutes
    [InlineData(2, 0, false)]
    [InlineData(3, 2, true)]
    [InlineData(3, 3, false)]
    public void One_instance_that_fails_again_and_again_is_a_loop_of_its_own(int buckets, int newest, bool expected)
    {
        var failures = Enumerable.Range(newest, buckets).Select(b => new InstanceFailure(7, Ago(minutes: (3 * b) + 1), Exit)).ToList();
        Assert.Equal(expected, CrashLoops.In(failures, 2, true, Now).Contains(CrashLoopKind.SingleInstance));

        // Shared out over as many instances it is none.
        var spread = failures.Select((f, i) => f with { Instance = i }).ToList();
        Assert.DoesNotContain(CrashLoopKind.SingleInstance, CrashLoops.In(spread, 2, true, Now));
    }

    [Theory]
    [InlineData(5, 2, 2, true)] // more than 40 % of 10 times three minutes
    [InlineData(4, 2, 2, false)]
    [InlineData(5, 1, 2, false)] // of one instance only
    [InlineData(5, 2, 1, false)] // a request of one instance
    public void Failures_of_several_instances_are_a_loop_of_the_request(int buckets, int failing, int instances, bool expected)
    {
        var failures = Enumerable.Range(0, buckets)
            .Select(b => new InstanceFailure(b % failing, Ago(minutes: (3 * b) + 1), Exit)).ToList();
        Assert.Equal(expected, CrashLoops.In(failures, instances, true, Now).Contains(CrashLoopKind.MultiInstance));
    }

    [Fact]
    public void Two_failures_in_one_bucket_count_once_and_those_of_the_future_not_at_all()
    {
        var failures = new[] { 1, 1, 1, 1, 4, 4 }.Select(m => new InstanceFailure(1, Ago(minutes: m), Exit)).ToList();
        Assert.DoesNotContain(CrashLoopKind.SingleInstance, CrashLoops.In(failures, 1, true, Now));
        var ahead = new[] { -9, -6, -4 }.Select(m => new InstanceFailure(1, Ago(minutes: m), Exit)).ToList();
        Assert.Empty(CrashLoops.In(ahead, 1, true, Now));
    }

    [Fact]
    public void Without_failures_nothing_is_found() => Assert.Empty(CrashLoops.In([], 5, true, Now));

    [Fact]
    public void A_cooldown_ends_when_the_last_failure_leaves_the_window()
    {
        var since = new CooldownOverride(Ago(minutes: 3), "fails");
        var request = Request(overrides: RequestOverrides.None with { Cooldown = since });
        Assert.Equal(since.Since + CooldownRules.Window, CooldownRules.EndOf(request));
        var failed =
            request with { Failures = [new InstanceFailure(1, Ago(minutes: 2), Exit), new InstanceFailure(1, Ago(minutes: 1), Exit)] };
        Assert.Equal(Now, CooldownRules.EndOf(failed));
    }

    private static DateTimeOffset Ago(int minutes) => Now - TimeSpan.FromMinutes(minutes);

    private static List<InstanceFailure> Read(string failures) => [.. failures.Split(' ').Select(f =>
    {
        var kind = f[0] switch
        {
            'S' => InstanceFailureKind.Startup,
            'H' => InstanceFailureKind.Health,
            'M' => InstanceFailureKind.OutOfMemory,
            'U' => InstanceFailureKind.UnexpectedExit,
            _ => InstanceFailureKind.BadExit,
        };
        return new InstanceFailure(1, Now - TimeSpan.FromSeconds(int.Parse(f.TrimStart('S', 'H', 'M', 'U', 'B'), null)), kind);
    })];
}
