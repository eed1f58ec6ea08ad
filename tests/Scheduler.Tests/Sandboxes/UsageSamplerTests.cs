using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

/// <summary>What is measured when somebody looks, and when not.</summary>
public sealed class UsageSamplerTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider time = new(Start);
    private FakeAgent agent = null!;
    private UsageSampler sampler = null!;

    public async ValueTask InitializeAsync()
    {
        agent = await FakeAgent.StartAsync();
        // Rows are read in the background only; here somebody looks.
        sampler = new UsageSampler(agent.Clients, null!, time);
    }

    public async ValueTask DisposeAsync()
    {
        sampler.Dispose();
        await agent.DisposeAsync();
    }

    [Fact]
    public async Task A_look_measures_at_once_and_the_next_only_when_it_is_due()
    {
        agent.Measures(Start.AddSeconds(10), 5);
        var first = await LookAsync();
        Assert.Equal((0.5, 1.1, 2000L), (Assert.Single(first.Points).Cpus, first.CpuLimit, first.MemoryLimitBytes));

        agent.Measures(Start.AddSeconds(20), 15);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Single((await LookAsync()).Points);
        time.Advance(TimeSpan.FromSeconds(2));
        var second = await LookAsync();
        Assert.Equal([0.5, 1.0], second.Points.Select(p => p.Cpus!.Value));
        Assert.Equal((15d, 5d, (string?)null), (second.CpuSeconds, second.EverySeconds, second.Problem));
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_the_problem_and_older_points_stay()
    {
        agent.Measures(Start.AddSeconds(10), 5);
        await LookAsync();
        agent.Broken = 503;
        time.Advance(TimeSpan.FromSeconds(5));
        var view = await LookAsync();
        Assert.Single(view.Points);
        Assert.Contains("host1", view.Problem, StringComparison.Ordinal);
        Assert.Null(sampler.ProblemOf("t1"));
    }

    [Theory]
    [InlineData(false, "NotStarted", "no container")]
    [InlineData(true, "Gone", "over")]
    public async Task A_task_without_a_container_was_never_measured(bool over, string fault, string why)
    {
        var view = await sampler.LookAsync(agent.Task(over), None);
        Assert.Empty(view.Points);
        Assert.Contains(why, view.Problem, StringComparison.Ordinal);
        Assert.Equal(fault, sampler.ProblemOf("t1")!.Fault.ToString());
    }

    [Fact]
    public async Task A_container_that_was_measured_and_is_reported_no_longer_has_ended()
    {
        agent.Measures(Start.AddSeconds(10), 5);
        await LookAsync();
        agent.Containers["get_containers"]!["containers"] = new JsonArray();
        time.Advance(TimeSpan.FromSeconds(5));

        var gone = await LookAsync();

        Assert.Equal("The agent host1 no longer reports a container of the task: it has ended.", gone.Problem);
        Assert.Single(gone.Points);
        agent.Measures(Start.AddSeconds(20), 1);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null((await LookAsync()).Problem); // started anew
    }

    [Fact]
    public async Task A_container_of_another_framework_is_not_the_tasks()
    {
        agent.Measures(Start.AddSeconds(10), 5);
        ((JsonObject)agent.Containers["get_containers"]!["containers"]![0]!["framework_id"]!)["value"] = "fw-2";
        Assert.Empty((await LookAsync()).Points);
    }

    [Fact]
    public async Task A_task_without_a_place_is_not_asked_for()
    {
        agent.Broken = 500;
        var view = await sampler.LookAsync(agent.Task() with { AgentUrl = null }, None);
        Assert.Contains("waits for a place", view.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_task_that_was_looked_at_longest_ago_makes_room_for_the_201st()
    {
        for (var n = 1; n <= 201; n++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await sampler.LookAsync(agent.Task(over: true) with { Id = $"t{n}" }, None);
        }

        Assert.Null(sampler.ProblemOf("t1"));
        Assert.NotNull(sampler.ProblemOf("t2"));
        Assert.NotNull(sampler.ProblemOf("t201"));
    }

    private Task<Pipeline.Scheduler.Contract.Tasks.TaskUsageView> LookAsync() =>
        sampler.LookAsync(agent.Task() with { RunningAt = Start }, None);
}
