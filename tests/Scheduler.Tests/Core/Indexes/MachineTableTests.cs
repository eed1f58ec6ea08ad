using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Indexes;

public sealed class MachineTableTests
{
    public static TheoryData<string?, string?, string?> Pairs
    {
        get
        {
            var pairs = new TheoryData<string?, string?, string?>();
            MachineState?[] states = [null, .. Enum.GetValues<MachineState>()];
            foreach (var host in states)
            {
                foreach (var rack in states)
                {
                    var (h, r) = (host ?? MachineState.Active, rack ?? MachineState.Active);
                    pairs.Add(
                        host?.ToString(), rack?.ToString(),
                        h == MachineState.Active && r == MachineState.Active ? null : r > h ? "Rack/r1" : "Agent/h1");
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_more_severe_state_of_host_and_rack_binds(string? decidedHost, string? decidedRack, string? binding)
    {
        var (host, rack) = (Parse(decidedHost), Parse(decidedRack));
        var table = new MachineTable();
        if (host is { } ofHost)
            table.Put(Record(MachineKind.Agent, "h1", ofHost));
        if (rack is { } ofRack)
            table.Put(Record(MachineKind.Rack, "r1", ofRack));
        Assert.Equal(binding, table.Binding("h1", "r1")?.Key);
        Assert.Equal(binding is null ? MachineState.Active : Max(host, rack), table.StateOf("h1", "r1"));

        // Names of hosts and racks are apart.
        Assert.Equal(MachineState.Active, table.StateOf("r1", "h1"));
        Assert.Equal(host == MachineState.Draining || rack == MachineState.Draining, table.AnyDraining);
    }

    [Fact]
    public void A_record_is_found_by_kind_and_name_by_key_and_in_order_until_it_is_removed()
    {
        var table = new MachineTable();
        var rack = Record(MachineKind.Rack, "a", MachineState.Draining);
        table.Put(rack);
        table.Put(Record(MachineKind.Agent, "b", MachineState.Frozen));
        table.Put(Record(MachineKind.Agent, "B", MachineState.Active));
        Assert.Equal(["Agent/B", "Agent/b", "Rack/a"], table.All.Select(r => r.Key));
        Assert.Same(rack, table.Find("Rack/a"));
        Assert.Same(rack, table.Find(MachineKind.Rack, "a"));
        Assert.Null(table.Find(MachineKind.Agent, "a"));
        Assert.Null(table.Find("Agent/a"));
        Assert.True(table.AnyDraining);

        table.Put(rack with { State = MachineState.Frozen });
        Assert.Equal(3, table.All.Count);
        Assert.False(table.AnyDraining);
        table.Remove(rack);
        Assert.Equal(MachineState.Active, table.StateOf("x", "a"));
        Assert.Equal(MachineState.Frozen, table.StateOf("b", "a"));
    }

    private static MachineState? Parse(string? state) => state is null ? null : Enum.Parse<MachineState>(state);

    private static MachineState Max(MachineState? a, MachineState? b) =>
        (MachineState)Math.Max((int)(a ?? MachineState.Active), (int)(b ?? MachineState.Active));

    private static MachineRecord Record(MachineKind kind, string name, MachineState state) => new(kind, name, state, Change());
}
