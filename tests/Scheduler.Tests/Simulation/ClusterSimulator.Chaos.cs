using System.Globalization;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Simulation.Cluster;
using Pipeline.Scheduler.Tests.Simulation.Commands;

namespace Pipeline.Scheduler.Tests.Simulation;

// What is sent for, what breaks, and what it means that everything has come to rest.
internal sealed partial class ClusterSimulator
{
    private void Ask()
    {
        agenda.After(agenda.Between(100, 1200), Ask);
        if (!faults.On || SimulatedCommands.Next(world) is not { } sent)
            return;
        work.Enqueue(async () =>
        {
            await store.PutAsync(sent.Subject, sent.Command);
            if (term is { } leader && !agenda.OneIn(10))
            {
                leader.IntakeRang = true;
                Wake(leader);
            }
        });
    }

    private void Chaos()
    {
        agenda.After(agenda.Between(200, 3000), Chaos);
        if (!faults.On)
            return;
        var agent = agenda.Pick(mesos.Agents.Where(a => !a.Dead).ToList());
        switch (agenda.Pick(0, 20))
        {
            case 0:
                mesos.FailOver();
                break;
            case 1 or 2:
                mesos.BreakConnection("the connection broke");
                break;
            case 3 or 4:
                mesos.Partition(agent, agenda.Between(500, 2500));
                break;
            case 5 or 6:
                mesos.Partition(agent, agenda.Between(4000, 40_000));
                break;
            case 7 when agenda.OneIn(4):
                mesos.Burn(agent);
                break;
            case 16 when agent.Rack != SimulatedAgent.SafeRack:
                mesos.Maintain(agent, agenda.Between(1000, 60_000), agenda.Between(5000, 60_000));
                break;
            case >= 8 and <= 12:
                mesos.Rescind();
                break;
            case >= 13 and <= 15 when agent.Tasks.Count > 0:
                mesos.Crash(agenda.Pick(agent.Tasks.Keys.ToList()));
                break;
        }
    }

    private bool AtRest() => Restless() is null;

    private string? Restless()
    {
        if (ledger.Live.Values.FirstOrDefault(t => !t.IsHealthy) is { } waits)
            return $"{waits.Id} is {waits.Phase}, kill {waits.KillCause}, why {waits.Why}, {mesos.Show(waits.Id)}; free: {Room()}; "
                + ledger.Show(waits.RequestId);
        if (ledger.LiveDeploys.FirstOrDefault(d => d.State is DeployState.Deploying or DeployState.Retiring) is { } rolls)
            return $"deploy {rolls.Id} is {rolls.State}: {ledger.Show(rolls.RequestId)}";
        if (NotEmptied() is { } draining)
            return draining;
        foreach (var agent in mesos.Agents.Where(a => !a.Dead))
        {
            foreach (var task in agent.Tasks.Values)
            {
                if (task.IsOver || !ledger.Live.TryGetValue(task.Id, out var row) || row.AgentId != agent.Id)
                    return $"{task.Id} is {mesos.Show(task.Id)}, and here {ledger.Tasks.GetValueOrDefault(task.Id)?.Phase}";
            }
        }

        return ledger.Live.Values.FirstOrDefault(t => mesos.Find(t.Id) is null) is { } gone ? $"{gone.Id} runs nowhere" : null;
    }

    /// <summary>What drains is empty in the end, and then what it was to become; only what a pause leaves alone stays.</summary>
    private string? NotEmptied()
    {
        foreach (var machine in ledger.Machines.Values.Where(m => m.State is MachineState.Draining or MachineState.Decommissioned))
        {
            var tasks = ledger.Live.Values.Where(t => machine.Kind == MachineKind.Agent ? t.Host == machine.Name : t.Rack == machine.Name)
                .ToList();
            if (tasks.Find(t => ledger.Requests[t.RequestId].Overrides.Pause is not { Kill: false }) is { } task)
                return $"{machine.Title} is {machine.State} and has {task.Id}: {ledger.Show(task.RequestId)}";
            if (tasks.Count == 0 && machine.State == MachineState.Draining)
                return $"{machine.Title} is empty, and drains on";
        }

        return null;
    }

    private string Room() => string.Join(", ", mesos.Room().Select(r => string.Create(
        CultureInfo.InvariantCulture, $"{r.Agent.Host} {ledger.StateOf(r.Agent.Host, r.Agent.Rack)} {r.Free.CpusValue} cpus, {r.Ports} ports")));
}
