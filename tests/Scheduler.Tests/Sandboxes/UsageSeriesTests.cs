using Pipeline.Mesos;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

public sealed class UsageSeriesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly UsageSeries series = new();

    [Fact]
    public void The_first_point_averages_since_the_start_and_each_further_one_since_the_one_before()
    {
        series.Add(At(10, cpu: 5), Start);
        series.Add(At(20, cpu: 25), Start);
        series.Add(At(25, cpu: 25), Start);
        Assert.Equal([0.5, 2, 0], series.Points.Select(p => p.Cpus));
    }

    [Fact]
    public void Without_a_start_the_first_point_has_no_rate()
    {
        series.Add(At(10, cpu: 5), null);
        Assert.Null(Assert.Single(series.Points).Cpus);
    }

    [Fact]
    public void A_counter_that_went_back_belongs_to_a_new_container_and_is_averaged_since_the_start()
    {
        series.Add(At(10, cpu: 50), Start);
        series.Add(At(20, cpu: 4), Start);
        Assert.Equal(0.2, series.Points[^1].Cpus);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(9)]
    public void A_measurement_that_is_not_newer_adds_no_point(int seconds)
    {
        series.Add(At(10, cpu: 5), Start);
        series.Add(At(seconds, cpu: 6), Start);
        Assert.Single(series.Points);
    }

    [Fact]
    public void A_measurement_ends_the_problem()
    {
        series.Problem = new SandboxProblem(SandboxFault.AgentUnreachable, "away");
        series.Add(At(10, cpu: 5), Start);
        Assert.Null(series.Problem);
    }

    [Fact]
    public void An_agent_that_measures_no_cpu_time_still_gives_memory()
    {
        series.Add(At(10, cpu: null), Start);
        Assert.Equal(((double?)null, 1000L), (series.Points[0].Cpus, series.Points[0].MemoryBytes));
        Assert.Null(UsageSeries.Seconds(series.Last));
    }

    [Fact]
    public void The_series_keeps_the_newest_720_points()
    {
        for (var i = 1; i <= 1000; i++)
            series.Add(At(i, cpu: i), Start);
        Assert.Equal((720, Start.AddSeconds(281), Start.AddSeconds(1000)),
            (series.Points.Count, series.Points[0].At, series.Points[^1].At));
    }

    private static ContainerUsage At(int seconds, double? cpu) =>
        new("fw", "t1", Start.AddSeconds(seconds), cpu is null ? null : cpu / 2, cpu is null ? null : cpu / 2, 1, 1000, 2000, null, null);
}
