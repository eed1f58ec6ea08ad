using Pipeline.Scheduler.Core;

namespace Pipeline.Scheduler.Tests.Simulation;

// What is asked for, what breaks, and what it means that everything has come to rest.
internal sealed partial class ClusterSimulator
{
    private void Ask()
    {
        agenda.After(agenda.Between(100, 1200), Ask);
        if (!faults.On || SimulatedCommands.Next(world) is not { } asked)
            return;
        work.Enqueue(async () =>
        {
            await store.PutAsync(asked.Subject, asked.Command);
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
            return $"{waits.Id} is {waits.Phase}, kill {waits.KillCause}, why {waits.Why}, {mesos.Show(waits.Id)}; {ledger.Show(waits.RequestId)}";
        if (ledger.LiveDeploys.FirstOrDefault(d => d.State is DeployState.Deploying or DeployState.Retiring) is { } rolls)
            return $"deploy {rolls.Id} is {rolls.State}: {ledger.Show(rolls.RequestId)}";
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
}
