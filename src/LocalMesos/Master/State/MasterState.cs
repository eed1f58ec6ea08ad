using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>Everything the master knows, with the lock that guards it.</summary>
internal sealed class MasterState(object gate, TimeProvider time, int port, LocalMesosOptions options)
{
    private const int MaxCompletedFrameworks = 50;
    private readonly List<AgentSlot> agents = [];
    private readonly Dictionary<string, AgentSlot> agentsById = [];
    private int nextFramework;
    private int nextOffer;

    /// <summary>The one lock of the cluster's state, never held over I/O other than starting a process.</summary>
    public object Gate => gate;

    public TimeProvider Time => time;

    public int Port => port;

    public LocalMesosOptions Options => options;

    /// <summary>New with every start, like a real master's.</summary>
    public string MasterId { get; private set; } = Ids.Uuid();

    public DateTimeOffset Started { get; private set; } = time.GetUtcNow();

    public Leadership Leadership { get; set; } = Leadership.Self;

    public Dictionary<string, Framework> Frameworks { get; } = [];

    public List<Framework> CompletedFrameworks { get; } = [];

    public IReadOnlyList<AgentSlot> Agents => agents;

    public Dictionary<string, OutstandingOffer> Offers { get; } = [];

    public List<OutstandingInverseOffer> InverseOffers { get; } = [];

    public MasterChanges Changes { get; } = new();

    public DateTimeOffset Now => time.GetUtcNow();

    public string NextFrameworkId() => $"{MasterId}-{nextFramework++:0000}";

    public string NextOfferId() => $"{MasterId}-O{nextOffer++}";

    public AgentSlot? Agent(string? id) => id is null ? null : agentsById.GetValueOrDefault(id);

    public void Add(AgentSlot agent)
    {
        agents.Add(agent);
        agentsById.Add(agent.Id, agent);
    }

    /// <summary>Forgets everything that a master holds in memory only.</summary>
    public void Restart()
    {
        (MasterId, Started, nextFramework, nextOffer) = (Ids.Uuid(), Now, 0, 0);
        foreach (var offer in Offers.Values)
            offer.Timeout?.Dispose();
        Offers.Clear();
        InverseOffers.Clear();
        Frameworks.Clear();
        CompletedFrameworks.Clear();
    }

    /// <summary>Records the status with its task and sends it to the framework and to everybody who watches.</summary>
    public void Send(Framework framework, MasterTask task, W.TaskStatus status)
    {
        task.Record(status);
        Changes.OnTaskUpdated(framework, task, status);
        framework.Send(Statuses.Update(status));
    }

    /// <summary>Ends a task by a status of the master itself.</summary>
    public void End(Framework framework, MasterTask task, W.TaskStatus status)
    {
        task.State = status.State;
        Send(framework, task, status);
        framework.Complete(task);
    }

    /// <summary>Takes the offer back; its resources are free again.</summary>
    public void RemoveOffer(OutstandingOffer offer, bool rescind)
    {
        offer.Timeout?.Dispose();
        Offers.Remove(offer.Id);
        offer.Agent.Free = offer.Agent.Free.Plus(offer.Resources);
        if (rescind)
            offer.Framework.Send(new W.Event
            {
                Type = W.Event.Types.Type.Rescind,
                Rescind = new W.Event.Types.Rescind { OfferId = new W.OfferID { Value = offer.Id } },
            });
    }

    public void RemoveOffers(Func<OutstandingOffer, bool> which, bool rescind)
    {
        foreach (var offer in Offers.Values.Where(which).ToList())
            RemoveOffer(offer, rescind);
    }

    public void Complete(Framework framework)
    {
        framework.Unregistered = Now;
        Frameworks.Remove(framework.Id);
        CompletedFrameworks.Add(framework);
        if (CompletedFrameworks.Count > MaxCompletedFrameworks)
            CompletedFrameworks.RemoveAt(0);
    }

    public List<(Framework Framework, MasterTask Task)> TasksOn(AgentSlot agent) =>
        [.. Frameworks.Values.SelectMany(f => f.Tasks.Values.Where(t => t.AgentId == agent.Id).Select(t => (f, t)))];

    public W.MasterInfo Info() => new()
    {
        Id = MasterId,
        Ip = 0x0100007f, // 127.0.0.1, first octet lowest
        Port = (uint)Port,
        Pid = $"master@127.0.0.1:{Port}",
        Hostname = "localhost",
        Version = MesosVersion.Number,
        Address = new W.Address { Hostname = "localhost", Ip = "127.0.0.1", Port = Port },
        Capabilities =
        {
            new W.MasterInfo.Types.Capability { Type = W.MasterInfo.Types.Capability.Types.Type.AgentUpdate },
            new W.MasterInfo.Types.Capability { Type = W.MasterInfo.Types.Capability.Types.Type.AgentDraining },
            new W.MasterInfo.Types.Capability { Type = W.MasterInfo.Types.Capability.Types.Type.QuotaV2 },
        },
    };
}
