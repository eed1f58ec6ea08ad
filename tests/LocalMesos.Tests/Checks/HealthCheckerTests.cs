using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Pipeline.LocalMesos.Checks;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.TestKit;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Checks;

/// <summary>When a health check reports, and when it kills.</summary>
public sealed class HealthCheckerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new();
    private readonly CancellationTokenSource ended = new();
    private readonly List<bool> reports = [];
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private int kills;

    public HealthCheckerTests() => listener.Start();

    private uint Port => (uint)((IPEndPoint)listener.LocalEndpoint).Port;

    [Fact]
    public async Task Enough_failures_in_a_row_kill_and_each_is_reported()
    {
        _ = Start(port: 1, failures: 3);
        await PassAsync(() => kills > 0);

        Assert.Equal([false, false, false], reports);
    }

    [Fact]
    public async Task Health_is_reported_once()
    {
        _ = Start(Port, failures: 1);
        await PassAsync(() => reports.Count > 0);
        await PassAsync(Accepted(5));

        Assert.Equal([true], reports);
        Assert.Equal(0, kills);
    }

    [Fact]
    public async Task Failures_of_the_grace_period_do_not_count()
    {
        _ = Start(port: 1, failures: 1, grace: 100);
        var began = time.GetTimestamp();
        await PassAsync(() => kills > 0);

        Assert.True(time.GetElapsedTime(began) > TimeSpan.FromSeconds(100));
        Assert.Equal([false], reports);
    }

    [Fact]
    public async Task After_a_success_the_grace_period_is_over()
    {
        _ = Start(Port, failures: 1, grace: 1_000_000);
        await PassAsync(() => reports.Count > 0);
        listener.Stop();
        await PassAsync(() => kills > 0);

        Assert.Equal([true, false], reports);
    }

    [Fact]
    public async Task A_task_that_ended_is_not_checked_any_more()
    {
        var running = Start(port: 1, failures: 1, delay: 5);
        await ended.CancelAsync();
        await running;

        Assert.Equal((0, 0), (reports.Count, kills));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("kill -9 $$", null)]
    public async Task A_command_gives_its_exit_code(string command, int? code)
    {
        var probe = NewProbe();
        Assert.Equal(code, await probe.CommandAsync(new W.CommandInfo { Value = command }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_killed()
    {
        using var limit = new CancellationTokenSource();
        var running = NewProbe().CommandAsync(new W.CommandInfo { Value = "sleep 1000" }, limit.Token);
        await limit.CancelAsync();

        Assert.Null(await running);
    }

    [Theory]
    [InlineData(W.CheckInfo.Types.Type.Http)]
    [InlineData(W.CheckInfo.Types.Type.Tcp)]
    [InlineData(W.CheckInfo.Types.Type.Command)]
    public void The_status_before_the_first_check_is_empty_and_of_its_kind(object type)
    {
        var empty = GeneralChecker.Empty(new W.CheckInfo { Type = (W.CheckInfo.Types.Type)type })!;
        Assert.Equal((W.CheckInfo.Types.Type)type, empty.Type);
        Assert.False(empty.Http?.HasStatusCode ?? empty.Tcp?.HasSucceeded ?? empty.Command.HasExitCode);
    }

    [Fact]
    public async Task A_general_check_reports_changes_only_and_never_kills()
    {
        var results = new List<bool>();
        var check = new W.CheckInfo
        {
            Type = W.CheckInfo.Types.Type.Tcp, Tcp = new W.CheckInfo.Types.Tcp { Port = Port }, DelaySeconds = 0, IntervalSeconds = 1,
            TimeoutSeconds = 1000,
        };
        _ = new GeneralChecker(check, NewProbe(), time, r => results.Add(r.Tcp.Succeeded)).RunAsync(ended.Token);
        await PassAsync(() => results.Count > 0);
        await PassAsync(Accepted(3));
        listener.Stop();
        await PassAsync(() => results.Count > 1);

        Assert.Equal([true, false], results);
    }

    public void Dispose()
    {
        ended.Cancel();
        ended.Dispose();
        listener.Dispose();
        directory.Dispose();
    }

    private Probe NewProbe() => new(
        new ProcessLauncher(new ChildReaper(), new RunningGroups(directory.Path)), directory.Path, new Dictionary<string, string>());

    private Task Start(uint port, uint failures, double grace = 0, double delay = 0) => new HealthChecker(
        new W.HealthCheck
        {
            Type = W.HealthCheck.Types.Type.Tcp, Tcp = new W.HealthCheck.Types.TCPCheckInfo { Port = port }, DelaySeconds = delay,
            IntervalSeconds = 10, TimeoutSeconds = 1000, GracePeriodSeconds = grace, ConsecutiveFailures = failures,
        },
        NewProbe(), time, TimeSpan.Zero, reports.Add, () => kills++).RunAsync(ended.Token);

    /// <summary>True when so many more connections were made.</summary>
    private Func<bool> Accepted(int count)
    {
        var seen = 0;
        return () =>
        {
            for (; listener.Pending(); seen++)
                listener.AcceptTcpClient().Dispose();
            return seen >= count;
        };
    }

    /// <summary>Moves the clock by ten seconds at a time until something has happened.</summary>
    private Task PassAsync(Func<bool> happened) => Eventually.IsTrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return Task.FromResult(happened());
        },
        Patience, "the check");
}
