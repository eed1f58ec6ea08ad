using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Master.Liveness;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Machines;

/// <summary>The maintenance schedule, and machines that are down (recorded in 14a). The lock is held.</summary>
internal sealed class Maintenance(MasterState state, Allocator allocator, AgentLiveness liveness, InverseOffers inverseOffers)
{
    private readonly HashSet<MachineID> down = [];

    public MaintenanceSchedule Schedule { get; private set; } = new();

    public MaintenanceStatus Status => new()
    {
        DrainingMachines = { Machines().Where(m => !down.Contains(m)).Select(m => new MaintenanceStatus.Types.DrainingMachine
        {
            Id = m, Statuses = { AgentsOf(m).SelectMany(inverseOffers.RepliesAbout) },
        }) },
        DownMachines = { down },
    };

    public bool IsDown(AgentSlot agent) => down.Contains(agent.Machine);

    /// <exception cref="CallRejectedException">400: a machine that is down is missing from the new schedule.</exception>
    public void Update(MaintenanceSchedule schedule)
    {
        var scheduled = schedule.Windows.SelectMany(w => w.MachineIds).ToHashSet();
        if (down.FirstOrDefault(m => !scheduled.Contains(m)) is { } missing)
            throw new CallRejectedException(400, $"Machine '{Text(missing)}' is deactivated and cannot be removed from the schedule");
        Schedule = schedule;
        foreach (var agent in state.Agents)
            SetUnavailability(agent, schedule.Windows.FirstOrDefault(w => w.MachineIds.Contains(agent.Machine))?.Unavailability);
        allocator.Allocate();
        SendInverseOffers();
    }

    /// <exception cref="CallRejectedException">400: a machine is not scheduled.</exception>
    public void Start(IReadOnlyList<MachineID> machines)
    {
        RequireScheduled(machines);
        foreach (var machine in machines)
        {
            down.Add(machine);
            foreach (var agent in AgentsOf(machine))
            {
                liveness.TakeDown(agent);
                inverseOffers.Rescind(agent);
            }
        }
    }

    /// <exception cref="CallRejectedException">400: a machine is not scheduled, or not down.</exception>
    public void Stop(IReadOnlyList<MachineID> machines)
    {
        RequireScheduled(machines);
        if (machines.FirstOrDefault(m => !down.Contains(m)) is { } up)
            throw new CallRejectedException(400, $"Machine '{Text(up)}' is not in DOWN mode and cannot be brought up");
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

    /// <summary>Part of every allocation cycle.</summary>
    public void SendInverseOffers() =>
        inverseOffers.Send(state.Agents.Where(a => a.Unavailability is not null && a.IsRegistered && !IsDown(a)));

    private void SetUnavailability(AgentSlot agent, Unavailability? unavailability)
    {
        if (Equals(agent.Unavailability, unavailability))
            return;
        state.RemoveOffers(o => o.Agent == agent, rescind: true);
        inverseOffers.Rescind(agent);
        agent.Unavailability = unavailability;
    }

    private IEnumerable<MachineID> Machines() => Schedule.Windows.SelectMany(w => w.MachineIds).Distinct();

    private IEnumerable<AgentSlot> AgentsOf(MachineID machine) => state.Agents.Where(a => a.Machine.Equals(machine));

    private void RequireScheduled(IEnumerable<MachineID> machines)
    {
        var scheduled = Machines().ToHashSet();
        if (machines.FirstOrDefault(m => !scheduled.Contains(m)) is { } unscheduled)
            throw new CallRejectedException(400, $"Machine '{Text(unscheduled)}' is not part of a maintenance schedule");
    }

    private static string Text(MachineID machine) => System.Text.Encoding.UTF8.GetString(ProtoJsonWriter.Write(machine));
}
