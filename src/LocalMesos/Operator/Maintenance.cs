using Pipeline.LocalMesos.Http;
using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Operator;

/// <summary>Maintenance windows, inverse offers, and machines that are down (recorded in 14a). The lock is held.</summary>
public sealed class Maintenance(MasterState state, Allocator allocator, AgentLiveness liveness)
{
    private readonly HashSet<MachineID> down = [];
    private readonly Dictionary<(string Framework, string Agent), InverseOfferStatus> answers = [];
    private readonly Dictionary<(string Framework, string Agent), DateTimeOffset> notBefore = [];

    public MaintenanceSchedule Schedule { get; private set; } = new();

    public MaintenanceStatus Status => new()
    {
        DrainingMachines = { Machines().Where(m => !down.Contains(m)).Select(m => new MaintenanceStatus.Types.DrainingMachine
        {
            Id = m, Statuses = { answers.Where(a => AgentsOf(m).Any(s => s.Id == a.Key.Agent)).Select(a => a.Value) },
        }) },
        DownMachines = { down },
    };

    public bool IsDown(AgentSlot agent) => down.Contains(agent.Machine);

    /// <exception cref="RefusedException">400: a machine that is down is missing.</exception>
    public void Update(MaintenanceSchedule schedule)
    {
        var scheduled = schedule.Windows.SelectMany(w => w.MachineIds).ToHashSet();
        if (down.FirstOrDefault(m => !scheduled.Contains(m)) is { } missing)
            throw new RefusedException(400, $"Machine '{Text(missing)}' is deactivated and cannot be removed from the schedule");
        Schedule = schedule;
        foreach (var agent in state.Agents)
            Plan(agent, schedule.Windows.FirstOrDefault(w => w.MachineIds.Contains(agent.Machine))?.Unavailability);
        allocator.Allocate();
        Ask();
    }

    /// <exception cref="RefusedException">400: it is not scheduled.</exception>
    public void Start(IReadOnlyList<MachineID> machines)
    {
        RequireScheduled(machines);
        foreach (var machine in machines)
        {
            down.Add(machine);
            foreach (var agent in AgentsOf(machine))
            {
                liveness.TakeDown(agent);
                RescindInverseOffers(agent);
            }
        }
    }

    /// <exception cref="RefusedException">400: it is not scheduled, or not down.</exception>
    public void Stop(IReadOnlyList<MachineID> machines)
    {
        RequireScheduled(machines);
        if (machines.FirstOrDefault(m => !down.Contains(m)) is { } up)
            throw new RefusedException(400, $"Machine '{Text(up)}' is not in DOWN mode and cannot be brought up");
        var kept = new MaintenanceSchedule();
        foreach (var window in Schedule.Windows)
        {
            var rest = window.Clone();
            foreach (var machine in machines)
                rest.MachineIds.Remove(machine);
            if (rest.MachineIds.Count > 0)
                kept.Windows.Add(rest);
        }

        Schedule = kept;
        down.ExceptWith(machines);
        foreach (var agent in machines.SelectMany(AgentsOf))
            agent.Unavailability = null;
    }

    /// <summary>Part of every allocation cycle: who has something on an agent that will go is asked.</summary>
    public void Ask()
    {
        foreach (var agent in state.Agents.Where(a => a.Unavailability is not null && a.IsRegistered && !IsDown(a)))
        {
            foreach (var framework in state.Frameworks.Values.Where(f => f.Connected && HasAnythingOn(f, agent)))
                Ask(framework, agent);
        }
    }

    public void Answered(Framework framework, IEnumerable<OfferID> ids, bool accepted, Filters? filters)
    {
        foreach (var id in ids)
        {
            if (framework.InverseOffers.Find(o => o.Id == id.Value) is not { } offer)
                continue;
            framework.InverseOffers.Remove(offer);
            answers[(framework.Id, offer.Agent.Id)] = new InverseOfferStatus
            {
                Status = accepted ? InverseOfferStatus.Types.Status.Accept : InverseOfferStatus.Types.Status.Decline,
                FrameworkId = new FrameworkID { Value = framework.Id },
                Timestamp = Views.Time(state.Now),
            };
            notBefore[(framework.Id, offer.Agent.Id)] = state.Now + TimeSpan.FromSeconds(Math.Clamp(filters?.RefuseSeconds ?? 5, 0, 1e6));
        }
    }

    public static InverseOffer Wire(OutstandingInverseOffer offer) => new()
    {
        Id = new OfferID { Value = offer.Id },
        Url = offer.Agent.Url,
        FrameworkId = new FrameworkID { Value = offer.Framework.Id },
        AgentId = new AgentID { Value = offer.Agent.Id },
        Unavailability = offer.Agent.Unavailability,
    };

    private static bool HasAnythingOn(Framework framework, AgentSlot agent) =>
        framework.Tasks.Values.Any(t => t.AgentId == agent.Id && !t.State.IsTerminal()) || framework.Executors.Keys.Any(k => k.Agent == agent.Id);

    private void Ask(Framework framework, AgentSlot agent)
    {
        if (framework.InverseOffers.Exists(o => o.Agent == agent)
            || (notBefore.TryGetValue((framework.Id, agent.Id), out var time) && state.Now < time))
            return;
        var offer = new OutstandingInverseOffer(state.NextOfferId(), framework, agent);
        framework.InverseOffers.Add(offer);
        framework.Send(new Event
        {
            Type = Event.Types.Type.InverseOffers, InverseOffers = new Event.Types.InverseOffers { InverseOffers_ = { Wire(offer) } },
        });
    }

    private void Plan(AgentSlot agent, Unavailability? unavailability)
    {
        if (Equals(agent.Unavailability, unavailability))
            return;
        state.RemoveOffers(o => o.Agent == agent, rescind: true);
        RescindInverseOffers(agent);
        agent.Unavailability = unavailability;
    }

    private void RescindInverseOffers(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
        {
            answers.Remove((framework.Id, agent.Id));
            notBefore.Remove((framework.Id, agent.Id));
            foreach (var offer in framework.InverseOffers.Where(o => o.Agent == agent).ToList())
            {
                framework.InverseOffers.Remove(offer);
                framework.Send(new Event
                {
                    Type = Event.Types.Type.RescindInverseOffer,
                    RescindInverseOffer = new Event.Types.RescindInverseOffer { InverseOfferId = new OfferID { Value = offer.Id } },
                });
            }
        }
    }

    private IEnumerable<MachineID> Machines() => Schedule.Windows.SelectMany(w => w.MachineIds).Distinct();

    private IEnumerable<AgentSlot> AgentsOf(MachineID machine) => state.Agents.Where(a => a.Machine.Equals(machine));

    private void RequireScheduled(IEnumerable<MachineID> machines)
    {
        var scheduled = Machines().ToHashSet();
        if (machines.FirstOrDefault(m => !scheduled.Contains(m)) is { } stranger)
            throw new RefusedException(400, $"Machine '{Text(stranger)}' is not part of a maintenance schedule");
    }

    private static string Text(MachineID machine) => System.Text.Encoding.UTF8.GetString(ProtoJsonWriter.Write(machine));
}
