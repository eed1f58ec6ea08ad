using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>Everything the master knows, with the lock that guards it.</summary>
public sealed class MasterState(object gate, TimeProvider time, int port)
{
    private const int CompletedTasksKept = 200;
    private const int CompletedFrameworksKept = 100;
    private int frameworksSeen;
    private int offersMade;

    public object Gate => gate;

    public TimeProvider Time => time;

    public int Port => port;

    /// <summary>New with every start, like a real master's.</summary>
    public string MasterId { get; } = Ids.Uuid();

    public DateTimeOffset Started { get; } = time.GetUtcNow();

    public Dictionary<string, Framework> Frameworks { get; } = [];

    public List<Framework> CompletedFrameworks { get; } = [];

    public List<AgentSlot> Agents { get; } = [];

    public Dictionary<string, OutstandingOffer> Offers { get; } = [];

    public DateTimeOffset Now => time.GetUtcNow();

    public string NextFrameworkId() => $"{MasterId}-{frameworksSeen++:0000}";

    public string NextOfferId() => $"{MasterId}-O{offersMade++}";

    public AgentSlot? Agent(string? id) => Agents.Find(a => a.Id == id);

    /// <summary>Takes the offer back; its resources are free again.</summary>
    public void RemoveOffer(OutstandingOffer offer, bool rescind)
    {
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
        Frameworks.Remove(framework.Id);
        CompletedFrameworks.Add(framework);
        if (CompletedFrameworks.Count > CompletedFrameworksKept)
            CompletedFrameworks.RemoveAt(0);
    }

    public W.MasterInfo Info() => new()
    {
        Id = MasterId,
        Ip = 0x0100007f, // 127.0.0.1, first octet lowest
        Port = (uint)port,
        Pid = $"master@127.0.0.1:{port}",
        Hostname = "localhost",
        Version = MesosVersion,
        Address = new W.Address { Hostname = "localhost", Ip = "127.0.0.1", Port = port },
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
