using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Placing;

public sealed class AgentRulesTests
{
    private static readonly CoreSettings Reserving = Settings with
    {
        Reserved = new Dictionary<string, IReadOnlyList<string>> { ["pool"] = ["gpu", "big"] }, MaintenanceAhead = TimeSpan.FromMinutes(10),
    };

    [Theory]
    [InlineData("", "", "", nameof(Fit.Yes))]
    [InlineData("pool=small", "", "", nameof(Fit.Yes))]
    [InlineData("pool=gpu", "", "", nameof(Fit.Reserved))]
    [InlineData("pool=gpu", "pool=gpu", "", nameof(Fit.Yes))]
    [InlineData("pool=gpu", "", "pool=gpu", nameof(Fit.Yes))]
    [InlineData("pool=gpu", "", "pool=big", nameof(Fit.Reserved))]
    [InlineData("pool=gpu", "zone=a", "", nameof(Fit.Reserved))] // reserved before what is required
    [InlineData("zone=b", "zone=a", "", nameof(Fit.Attribute))]
    [InlineData("", "zone=a", "", nameof(Fit.Attribute))]
    [InlineData("zone=a", "zone=a disk=ssd", "", nameof(Fit.Attribute))] // all of them
    [InlineData("zone=a disk=ssd", "zone=a disk=ssd", "", nameof(Fit.Yes))]
    [InlineData("", "", "zone=a", nameof(Fit.Yes))] // allowed is no demand
    public void Attributes_are_reserved_required_and_allowed(string has, string required, string allowed, string expected)
    {
        var rules = new Placement { RequiredAttributes = Attributes(required), AllowedAttributes = Attributes(allowed) };
        Assert.Equal(expected, Judge(rules, has).ToString());
        Assert.Equal(
            Attributes(allowed).Any(a => Attributes(has).Contains(a)), AgentRules.IsPreferred(Shape(rules), Attributes(has)));
    }

    [Theory]
    [InlineData("", nameof(Fit.Yes))]
    [InlineData("r1", nameof(Fit.Yes))]
    [InlineData("r2 r1", nameof(Fit.Yes))]
    [InlineData("r2", nameof(Fit.RackAffinity))]
    public void Racks_of_an_affinity_are_the_only_ones(string racks, string expected) => Assert.Equal(
        expected, Judge(new Placement { RackAffinity = racks.Split(' ', StringSplitOptions.RemoveEmptyEntries) }, "").ToString());

    [Theory]
    [InlineData(nameof(MachineState.Active), nameof(Fit.Yes))]
    [InlineData(nameof(MachineState.Frozen), nameof(Fit.Frozen))]
    [InlineData(nameof(MachineState.Draining), nameof(Fit.Draining))]
    [InlineData(nameof(MachineState.Decommissioned), nameof(Fit.Decommissioned))]
    public void What_operators_decided_counts_before_everything_else(string decided, string expected)
    {
        var state = Enum.Parse<MachineState>(decided);
        foreach (var (kind, name) in new[] { (MachineKind.Agent, "h1"), (MachineKind.Rack, "r1") })
        {
            var machines = new MachineTable();
            machines.Put(new MachineRecord(kind, name, state, Change()));
            var bad = new Placement { RackAffinity = state == MachineState.Active ? [] : ["r9"] };
            Assert.Equal(
                expected, new AgentRules(machines, Reserving, Now).Judge(Shape(bad), "h1", "r1", Attributes(""), null).ToString());
        }
    }

    [Theory]
    [InlineData(11, null, null, nameof(Fit.Yes))] // a service needs ten minutes
    [InlineData(10, null, null, nameof(Fit.Maintenance))]
    [InlineData(-5, null, null, nameof(Fit.Maintenance))] // under way, for ever
    [InlineData(-5, 6, null, nameof(Fit.Maintenance))]
    [InlineData(-5, 5, null, nameof(Fit.Yes))] // over
    [InlineData(5, null, 5, nameof(Fit.Yes))] // a run that ends before
    [InlineData(5, null, 6, nameof(Fit.Maintenance))]
    public void A_task_starts_before_maintenance_only_when_there_is_enough_time(int starts, int? lasts, int? runLimit, string expected)
    {
        var window = new MaintenanceWindow(
            Now.AddMinutes(starts), lasts is { } l ? TimeSpan.FromMinutes(l) : null);
        var shape = Shape(new Placement()) with { Lasts = runLimit is { } r ? TimeSpan.FromMinutes(r) : null };
        Assert.Equal(
            expected, new AgentRules(new MachineTable(), Reserving, Now).Judge(shape, "h1", "r1", Attributes(""), window).ToString());
    }

    private static Fit Judge(Placement rules, string has) =>
        new AgentRules(new MachineTable(), Reserving, Now).Judge(Shape(rules), "h1", "r1", Attributes(has), null);

    private static TaskShape Shape(Placement rules) => TaskShape.Of(Planning.With(rules), 1, PlacementForced.Nothing);

    private static Dictionary<string, string> Attributes(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Split('=')).ToDictionary(a => a[0], a => a[1]);
}
