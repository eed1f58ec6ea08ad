using CsCheck;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Indexes;

/// <summary>Numbers that are kept instead of counted anew.</summary>
public sealed class CountsTests
{
    [Fact]
    public void The_spread_of_a_request_is_what_counting_its_tasks_gives()
    {
        var task = Gen.Select(
            Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 1],
            (request, agent, rack) => Running("v1", 1, agent: $"a{agent}", rack: $"r{rack}") with
            {
                RequestId = $"web{request}", AgentId = agent == 3 ? null : $"a{agent}",
            });
        Gen.Select(task.Array[0, 20], Gen.Int[0, 20]).Sample((tasks, gone) =>
        {
            var counts = new SpreadCounts();
            foreach (var t in tasks)
                counts.Add(t, 1);
            foreach (var t in tasks.Take(gone))
                counts.Add(t, -1);
            var left = tasks.Skip(gone).Where(t => t.AgentId is not null).ToList();
            foreach (var request in new[] { "web0", "web1", "web2" })
            {
                var own = left.Where(t => t.RequestId == request).ToList();
                Assert.Equal(own.Count == 0, counts.Of(request).IsEmpty);
                foreach (var agent in new[] { "a0", "a1", "a2" })
                    Assert.Equal(own.Count(t => t.AgentId == agent), counts.OnAgent(request, agent));
                foreach (var rack in new[] { "r0", "r1" })
                    Assert.Equal(own.Count(t => t.Rack == rack), counts.OnRack(request, rack));
            }
        });
    }

    [Fact]
    public void A_task_without_a_rack_counts_on_the_rack_without_a_name()
    {
        var counts = new SpreadCounts();
        counts.Add(Running("v1", 1) with { Rack = null }, 1);
        Assert.Equal((1, 0), (counts.OnRack("web", ""), counts.OnRack("web", "r1")));
    }

    [Fact]
    public void An_attempt_is_counted_on_from_what_was_used_by_instance_and_deploy_until_the_deploy_is_forgotten()
    {
        var attempts = new AttemptCounter(new Dictionary<(string, int), int> { [("v1", 1)] = 4, [("v2", 1)] = 9 });
        Assert.Equal([5, 6], [attempts.Next("v1", 1), attempts.Next("v1", 1)]);
        Assert.Equal(1, attempts.Next("v1", 2));
        Assert.Equal(10, attempts.Next("v2", 1));
        attempts.Forget("v1");
        Assert.Equal(1, attempts.Next("v1", 1));
        Assert.Equal(11, attempts.Next("v2", 1));
        attempts.Forget("unknown");
    }

    [Theory]
    [InlineData("0.0004", 0)]
    [InlineData("0.0005", 1)]
    [InlineData("0.1", 100)]
    [InlineData("1.9995", 2000)]
    [InlineData("128", 128_000)]
    public void Resources_are_thousandths_rounded_half_up(string value, long thousandths)
    {
        var number = decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        var expected = new Amount(thousandths, thousandths, thousandths);
        Assert.Equal(expected, Amount.Of(new ResourceNeed(number, number, number, 0)));
        Assert.Equal(expected, Amount.Of(new OfferedResources(number, number, number, [])));
        Assert.Equal(
            (thousandths / 1000m, thousandths / 1000m, thousandths / 1000m),
            (expected.CpusValue, expected.MemoryValue, expected.DiskValue));
    }

    [Fact]
    public void An_amount_holds_another_when_no_resource_is_short()
    {
        var have = new Amount(2, 3, 4);
        Assert.True(have.Holds(have));
        Assert.True(have.Holds(default));
        Assert.All([new Amount(3, 3, 4), new Amount(2, 4, 4), new Amount(2, 3, 5)], need => Assert.False(have.Holds(need)));
        var other = new Amount(5, 1, 4);
        Assert.Equal(new Amount(7, 4, 8), have + other);
        Assert.Equal(new Amount(-3, 2, 0), have - other);
        Assert.Equal(new Amount(5, 3, 4), Amount.Max(have, other));
    }
}
