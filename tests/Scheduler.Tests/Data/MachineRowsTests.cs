using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data.Queries;

namespace Pipeline.Scheduler.Tests.Data;

/// <summary>What an agent's and a rack's rows are shown as.</summary>
public sealed class MachineRowsTests
{
    private static readonly DateTimeOffset Since = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Active", null, null, "active")]
    [InlineData("Active", "frozen", null, "frozen")]
    [InlineData("Active", null, "frozen", "frozen")]
    [InlineData("Active", "draining", "frozen", "draining")]
    [InlineData("Active", "frozen", "draining", "draining")]
    [InlineData("Active", "decommissioned", "draining", "decommissioned")]
    [InlineData("Active", "active", "active", "active")]
    [InlineData("Missing", "frozen", null, "missing-on-start")]
    [InlineData("Dead", "decommissioned", "draining", "dead")]
    public void An_agent_is_in_the_more_severe_state_of_its_host_and_its_rack_while_it_lives(
        string presence, string? host, string? rack, string expected) =>
        Assert.Equal(expected, MachineRows.StateOf(presence, In("agent", host), In("rack", rack)));

    [Theory]
    [InlineData(true, "kill")]
    [InlineData(false, "revert")]
    public void A_stored_decision_is_shown_with_who_why_and_what_comes_after(bool kill, string expiry)
    {
        var record = new MachineRecord(
            MachineKind.Agent, "h1", MachineState.Draining, new Change(Actor.Person("ada"), "new disk", Since, Since.AddHours(1)))
        { Target = MachineState.Decommissioned, KillAtExpiry = kill };
        Assert.Equal(
            new MachineView("agent", "h1", "draining", "decommissioned", "person:ada", "new disk", Since, Since.AddHours(1), expiry),
            MachineRows.ViewOf(JsonSerializer.Serialize(record, StoredJson.Options)));
    }

    [Fact]
    public void Without_an_end_nothing_comes_after_and_only_a_drain_has_a_target()
    {
        var record = new MachineRecord(MachineKind.Rack, "r1", MachineState.Frozen, new Change(Actor.Person("ada"), null, Since, null));
        var view = MachineRows.ViewOf(JsonSerializer.Serialize(record, StoredJson.Options))!;
        Assert.Equal(("rack", null, null, null), (view.Kind, view.Target, view.Until, view.AtExpiry));
        Assert.Null(MachineRows.ViewOf(null));
    }

    [Fact]
    public void A_rack_sums_its_agents_and_offers_nothing_of_dead_ones()
    {
        var racks = MachineRows.Racks(
            "test", [Agent("a1", "r1", "active"), Agent("a2", "r1", "dead"), Agent("a3", "r2", "dead")],
            new Dictionary<string, MachineView> { ["r1"] = In("rack", "frozen")! });
        Assert.Equal([("r1", "frozen", 2, 4m), ("r2", "dead", 1, 0m)], racks.Select(r => (r.Name, r.State, r.Tasks, r.Total.Cpus)));
        Assert.Equal([("active", 1), ("dead", 1)], racks[0].AgentsByState.Select(s => (s.Key, s.Value)));
        Assert.Equal(("frozen", null), (racks[0].Machine?.State, racks[1].Machine));
    }

    private static AgentView Agent(string id, string rack, string state) => new(
        "test", id, id, "10.0.0.1", "http://10.0.0.1:5051", rack, new Dictionary<string, string>(), state, new ResourcesView(1, 2, 3),
        new ResourcesView(4, 5, 6), 1, Since);

    private static MachineView? In(string kind, string? state) =>
        state is null ? null : new MachineView(kind, "x", state, null, "person:ada", null, Since, null, null);
}
