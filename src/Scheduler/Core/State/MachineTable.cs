using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.State;

/// <summary>What operators decided, by host and rack.</summary>
internal sealed class MachineTable
{
    private static readonly Comparer<(MachineKind Kind, string Name)> Order = Comparer<(MachineKind Kind, string Name)>.Create(
        (a, b) => a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : string.CompareOrdinal(a.Name, b.Name));

    private readonly SortedDictionary<(MachineKind Kind, string Name), MachineRecord> records = new(Order);
    private int touched;

    /// <summary>In the order of kind and name.</summary>
    public IReadOnlyCollection<MachineRecord> All => records.Values;

    public bool AnyDraining { get; private set; }

    public MachineRecord? Find(MachineKind kind, string name) => records.GetValueOrDefault((kind, name));

    /// <param name="key">See <see cref="MachineRecord.Key"/>.</param>
    public MachineRecord? Find(string key) => records.Values.FirstOrDefault(r => r.Key == key);

    public void Put(MachineRecord record)
    {
        records[(record.Kind, record.Name)] = record;
        Recount();
    }

    public void Remove(MachineRecord record)
    {
        records.Remove((record.Kind, record.Name));
        Recount();
    }

    /// <summary>The record that keeps tasks off an agent: of its host or its rack, the more severe one. Null: it may be used.</summary>
    public MachineRecord? Binding(string host, string rack)
    {
        if (touched == 0)
            return null;
        var ofHost = Find(MachineKind.Agent, host);
        var ofRack = Find(MachineKind.Rack, rack);
        var binding = ofRack is not null && (ofHost is null || ofRack.State > ofHost.State) ? ofRack : ofHost;
        return binding is null or { State: MachineState.Active } ? null : binding;
    }

    public MachineState StateOf(string host, string rack) => Binding(host, rack)?.State ?? MachineState.Active;

    private void Recount()
    {
        touched = records.Values.Count(r => r.State != MachineState.Active);
        AnyDraining = records.Values.Any(r => r.State == MachineState.Draining);
    }
}
