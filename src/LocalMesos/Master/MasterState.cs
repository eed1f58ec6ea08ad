using Pipeline.LocalMesos.Operator;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>Everything the master knows, with the lock that guards it.</summary>
public sealed class MasterState
{
    private const int CompletedTasksKept = 1000;
    private const int CompletedFrameworksKept = 50;
    private readonly List<AgentSlot> agents = [];
    private readonly Dictionary<string, AgentSlot> agentsById = [];
    private readonly object gate;
    private readonly TimeProvider time;
    private int frameworksSeen;
    private int offersMade;

    public MasterState(object gate, TimeProvider time, int port, LocalMesosOptions options)
    {
        (this.gate, this.time, Port, Options) = (gate, time, port, options);
        Started = time.GetUtcNow();
        Feed = new OperatorFeed(this);
    }

    public object Gate => gate;

    public TimeProvider Time => time;

    public int Port { get; }

    public LocalMesosOptions Options { get; }

    /// <summary>New with every start, like a real master's.</summary>
    public string MasterId { get; private set; } = Ids.Uuid();

    public DateTimeOffset Started { get; private set; }

    public Leadership Leadership { get; set; } = Leadership.Self;

    public Dictionary<string, Framework> Frameworks { get; } = [];

    public List<Framework> CompletedFrameworks { get; } = [];

    public IReadOnlyList<AgentSlot> Agents => agents;

    public Dictionary<string, OutstandingOffer> Offers { get; } = [];

    /// <summary>Those who watch by the operator API's SUBSCRIBE.</summary>
    public OperatorFeed Feed { get; }

    public DateTimeOffset Now => time.GetUtcNow();

    public string NextFrameworkId() => $"{MasterId}-{frameworksSeen++:0000}";

    public string NextOfferId() => $"{MasterId}-O{offersMade++}";

    public AgentSlot? Agent(string? id) => id is null ? null : agentsById.GetValueOrDefault(id);

    public void Add(AgentSlot agent)
    {
        agents.Add(agent);
        agentsById.Add(agent.Id, agent);
    }

    /// <summary>Forgets all that a master holds in memory only.</summary>
    public void Restart()
    {
        (MasterId, Started, frameworksSeen, offersMade) = (Ids.Uuid(), Now, 0, 0);
        foreach (var offer in Offers.Values)
            offer.Timeout?.Dispose();
        Offers.Clear();
        Frameworks.Clear();
        CompletedFrameworks.Clear();
    }

    /// <summary>Tells the framework and everybody who watches, and keeps it with the task.</summary>
    public void Tell(Framework framework, MasterTask task, W.TaskStatus status)
    {
        task.Heard(status);
        Feed.TaskUpdated(framework, task, status);
        framework.Send(Statuses.Update(status));
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

    public void Complete(Framework framework, MasterTask task)
    {
        framework.Tasks.Remove(task.Id);
        framework.CompletedTasks.Enqueue(task);
        if (framework.CompletedTasks.Count > CompletedTasksKept)
            framework.CompletedTasks.Dequeue();
    }

    public void Complete(Framework framework)
    {
        framework.Unregistered = Now;
        Frameworks.Remove(framework.Id);
        CompletedFrameworks.Add(framework);
        if (CompletedFrameworks.Count > CompletedFrameworksKept)
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
        Version = MesosVersion,
        Address = new W.Address { Hostname = "localhost", Ip = "127.0.0.1", Port = Port },
        Capabilities =
        {
            new W.MasterInfo.Types.Capability { Type = W.MasterInfo.Types.Capability.Types.Type.AgentUpdate },
            new W.MasterInfo.Types.Capability { Type = W.MasterInfo.Types.Capability.Types.Type.AgentDraining },
            new W.MasterInfo.Types.Capability { Type = W.MasterInfo.Types.Capability.Types.Type.QuotaV2 },
        },
    };

    /// <summary>The version whose wire this is.</summary>
    public const string MesosVersion = "1.12.0";
}

/// <summary>Who leads (recorded in 19): this master, nobody, or another one (host:port).</summary>
public sealed record Leadership(bool IsSelf, string? Other)
{
    public static readonly Leadership Self = new(true, null);
    public static readonly Leadership Nobody = new(false, null);
}
