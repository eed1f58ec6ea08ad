using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Tests.Simulation.Cluster;

/// <summary>How the master stands with an agent.</summary>
internal enum AgentStanding
{
    Registered,

    /// <summary>A new master has not heard of it yet: about its tasks there is silence.</summary>
    Recovering,
    Unreachable,
    Gone,
}

/// <summary>One agent: the truth about its tasks, and beside it what the master believes of them.</summary>
internal sealed class SimulatedAgent(string id, string host, string rack)
{
    public static readonly Amount Capacity = new(4_000, 4_096_000, 20_480_000);
    public const int FirstPort = 31000;
    public const int LastPort = 31011;

    /// <summary>No operator takes anything of it out of service: what must run finds a place in the end.</summary>
    public const string SafeRack = "r1";

    public string Id { get; } = id;
    public string Host { get; } = host;
    public string Rack { get; } = rack;
    public int Number { get; init; }

    /// <summary>When its machine goes down; null: nobody plans that.</summary>
    public Mesos.MaintenanceWindow? Maintenance { get; set; }
    public AgentStanding Standing { get; set; } = AgentStanding.Registered;

    /// <summary>Messages reach the master and back.</summary>
    public bool Connected { get; set; } = true;

    /// <summary>Grows whenever it registers.</summary>
    public int Session { get; set; }

    /// <summary>The machine is gone for good, and every process on it.</summary>
    public bool Dead { get; set; }

    public SortedDictionary<string, AgentTask> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>The master's books: tasks that take resources, as it believes.</summary>
    public SortedDictionary<string, MasterTask> Booked { get; } = new(StringComparer.Ordinal);

    /// <summary>A declined agent is not offered before.</summary>
    public DateTimeOffset NotOfferedBefore { get; set; }
}

internal sealed record MasterTask(Amount Needs, IReadOnlyList<int> Ports, TaskState State);

/// <summary>A process on an agent with the updates about it that were not acknowledged: they come until they are.</summary>
internal sealed class AgentTask(string id, bool isRun, Amount needs, IReadOnlyList<int> ports)
{
    public string Id { get; } = id;
    public bool IsRun { get; } = isRun;
    public Amount Needs { get; } = needs;
    public IReadOnlyList<int> Ports { get; } = ports;
    public TaskState State { get; set; } = TaskState.Staging;

    /// <summary>Answers its probes.</summary>
    public bool IsWell { get; set; } = true;
    public Queue<Mesos.TaskStatus> Unacknowledged { get; } = new();

    public bool IsOver => State is TaskState.Finished or TaskState.Failed or TaskState.Killed or TaskState.Error;
}
