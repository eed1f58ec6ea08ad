using Pipeline.Mesos.Client;

namespace Pipeline.Mesos.Tests;

/// <summary>Calls over several connections, and the orders that must hold.</summary>
public sealed class CallOrderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Calls_about_one_agent_wait_for_each_other_and_those_about_another_do_not()
    {
        var order = new CallOrder(64);
        var accept = order.Take(Accept("a1"));
        var kill = order.Take(new KillTask("t1", "a1", null));
        var acknowledge = order.Take(new AcknowledgeUpdate("t1", "a1", [1]));
        var elsewhere = order.Take(Accept(AgentInAnotherLane()));

        Assert.Equal((true, false, false, true),
            (accept.Before.IsCompleted, kill.Before.IsCompleted, acknowledge.Before.IsCompleted, elsewhere.Before.IsCompleted));
        accept.Dispose();
        Assert.True(kill.Before.IsCompleted);
        Assert.False(acknowledge.Before.IsCompleted);
        kill.Dispose();
        Assert.True(acknowledge.Before.IsCompleted);
    }

    [Fact]
    public async Task A_call_about_everything_waits_for_all_before_it_and_all_after_it_wait()
    {
        var order = new CallOrder(64);
        var one = order.Take(Accept("a1"));
        var two = order.Take(Accept(AgentInAnotherLane()));
        MasterCall[] everything =
        [
            new ReconcileTasks([("t1", "a1")]), new SuppressOffers(["r"]), new ReviveOffers(["r"]), new KillTask("t1", null, null),
            new TeardownFramework(),
        ];
        foreach (var call in everything)
        {
            var all = order.Take(call);
            var after = order.Take(Accept("a1"));
            one.Dispose();
            Assert.False(all.Before.IsCompleted, $"{call} did not wait for every agent");
            two.Dispose();
            await all.Before.WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.False(after.Before.IsCompleted, $"a call did not wait for {call}");
            two = order.Take(Accept(AgentInAnotherLane()));
            Assert.False(two.Before.IsCompleted);
            all.Dispose();
            one = after;
            await one.Before.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task One_that_leaves_the_line_lets_nobody_past_the_one_before_it()
    {
        var order = new CallOrder(4);
        var first = order.Take(Accept("a1"));
        order.Take(Accept("a1")).Dispose();
        var third = order.Take(Accept("a1"));
        Assert.False(third.Before.IsCompleted);
        first.Dispose();
        await third.Before.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <remarks>A thousand calls in a seeded mix over eight connections to a real socket: what arrives may differ from what was said only
    /// where the agents differ.</remarks>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Over_the_wire_every_agents_calls_arrive_in_order_and_nothing_passes_a_call_about_everything(int seed)
    {
        await using var master = new ScriptedMaster();
        master.Then(ScriptedMaster.Recording("launch-protobuf.http")[..400], keepOpen: true);
        await using var client = TestClient.Of(master);
        await client.ReceivesAsync<Subscribed>();
        var random = new Random(seed);
        var said = Enumerable.Range(0, 1000).Select(n => (MasterCall)(random.Next(20) switch
        {
            0 => new ReconcileTasks([($"{n}", "a0")]),
            < 8 => new KillTask($"{n}", $"a{random.Next(10)}", null),
            _ => new AcknowledgeUpdate($"{n}", $"a{random.Next(10)}", [1]),
        })).ToList();

        await Task.WhenAll(said.Select(client.SendAsync));

        var arrived = master.Calls.Select(c => Wire.Call.Parser.ParseFrom(c.Body)).Select(Said).ToList();
        Assert.Equal(said.Count, arrived.Count);
        foreach (var agent in Enumerable.Range(0, 10).Select(n => $"a{n}"))
            Assert.Equal(said.Select(Said).Where(s => s.Agent == agent), arrived.Where(s => s.Agent == agent));
        // The calls between two about everything are the same ones, in whatever order.
        Assert.Equal(Stretches(said.Select(Said)), Stretches(arrived));
    }

    private static (string Agent, int Number) Said(MasterCall call) => call switch
    {
        KillTask kill => (kill.AgentId!, int.Parse(kill.TaskId, System.Globalization.CultureInfo.InvariantCulture)),
        AcknowledgeUpdate update => (update.AgentId, int.Parse(update.TaskId, System.Globalization.CultureInfo.InvariantCulture)),
        ReconcileTasks reconcile => ("", int.Parse(reconcile.Tasks[0].TaskId, System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException(call.ToString()),
    };

    private static (string Agent, int Number) Said(Wire.Call call) => call switch
    {
        { Kill: { } kill } => (kill.AgentId.Value, int.Parse(kill.TaskId.Value, System.Globalization.CultureInfo.InvariantCulture)),
        { Acknowledge: { } update } =>
            (update.AgentId.Value, int.Parse(update.TaskId.Value, System.Globalization.CultureInfo.InvariantCulture)),
        _ => ("", int.Parse(call.Reconcile.Tasks[0].TaskId.Value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static List<string> Stretches(IEnumerable<(string Agent, int Number)> calls)
    {
        var stretches = new List<string>();
        var current = new List<int>();
        foreach (var (agent, number) in calls)
        {
            if (agent.Length > 0)
            {
                current.Add(number);
                continue;
            }

            stretches.Add($"{string.Join(' ', current.Order())} then {number}");
            current.Clear();
        }

        stretches.Add(string.Join(' ', current.Order()));
        return stretches;
    }

    private static AcceptOffers Accept(string agent) => new([$"o-{agent}"], agent, [], TimeSpan.Zero);

    // Hash codes of strings differ from process to process.
    private static string AgentInAnotherLane() => Enumerable.Range(2, 1000).Select(n => $"a{n}").First(a =>
    {
        var probe = new CallOrder(64);
        probe.Take(Accept("a1"));
        return probe.Take(Accept(a)).Before.IsCompleted;
    });
}
