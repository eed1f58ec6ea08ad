using System.Text.Json;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Data.Queries;

internal sealed class AgentRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string Host { get; init; } = "";
    public string Address { get; init; } = "";
    public string Url { get; init; } = "";
    public string Rack { get; init; } = "";
    public string Attributes { get; init; } = "{}";
    public string State { get; init; } = "";
    public DateTime SeenAt { get; init; }
    public decimal Cpus { get; init; }
    public decimal MemoryMb { get; init; }
    public decimal DiskMb { get; init; }
    public decimal UsedCpus { get; init; }
    public decimal UsedMemoryMb { get; init; }
    public decimal UsedDiskMb { get; init; }
    public int Tasks { get; init; }
    public string? HostDecided { get; init; }
    public string? RackDecided { get; init; }

    public AgentView ToView()
    {
        var (host, rack) = (MachineRows.ViewOf(HostDecided), MachineRows.ViewOf(RackDecided));
        var state = MachineRows.StateOf(State, host, rack);
        return new AgentView(
            Cluster, Id, Host, Address, Url, Rack, JsonSerializer.Deserialize<Dictionary<string, string>>(Attributes)!, state,
            new ResourcesView(UsedCpus, UsedMemoryMb, UsedDiskMb), new ResourcesView(Cpus, MemoryMb, DiskMb), Tasks, SeenAt.Utc())
        {
            Machine = rack is not null && rack.State == state && host?.State != state ? rack : host ?? rack,
        };
    }
}
