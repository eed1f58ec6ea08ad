using Pipeline.Mesos;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Simulation.Cluster;

// What happens on the agents: tasks start, run, end, and their updates come again until they are acknowledged.
internal sealed partial class SimulatedMesos
{
    private int hosts;

    public void AddAgent(int number)
    {
        hosts = Math.Max(hosts, number + 1);
        var agent =
            new SimulatedAgent($"a{number:000}", $"host{number}", number % 2 == 0 ? SimulatedAgent.SafeRack : "r2") { Number = number };
        agents.Add(agent.Id, agent);
    }

    /// <summary>The process ends by itself: with an exit code, or killed by its health check.</summary>
    public void Crash(string taskId)
    {
        foreach (var agent in agents.Values)
        {
            if (agent.Tasks.TryGetValue(taskId, out var task) && !task.IsOver)
                Report(agent, task, agenda.OneIn(4) ? TaskState.Killed : TaskState.Failed, "Command exited with status 1", healthy: false);
        }
    }

    public AgentTask? Find(string taskId) =>
        agents.Values.Select(a => a.Dead ? null : a.Tasks.GetValueOrDefault(taskId)).FirstOrDefault(t => t is not null);

    /// <summary>How a task stands in truth, for messages.</summary>
    public string Show(string taskId) => string.Join("; ", agents.Values
        .Where(a => a.Tasks.ContainsKey(taskId) || a.Booked.ContainsKey(taskId))
        .Select(
            a =>
                $"{a.Tasks.GetValueOrDefault(taskId)?.State} on {a.Id} ({a.Standing}), booked {a.Booked.GetValueOrDefault(taskId)?.State}, "
            + $"not acknowledged {string.Join(",", a.Tasks.GetValueOrDefault(taskId)?.Unacknowledged.Select(u => u.State) ?? [])}"));

    private void ToAgent(SimulatedAgent agent, Action what)
    {
        var session = agent.Session;
        agenda.After(agenda.Between(1, 40), () =>
        {
            // A message to an agent that is cut off is lost, and nobody learns of it; so is one from before it registered again.
            if (agent is { Connected: true, Dead: false } && agent.Session == session)
                what();
        });
    }

    private void Start(SimulatedAgent agent, AgentTask task)
    {
        invariants.Holds(agent.Tasks.TryAdd(task.Id, task), $"{Invariants.LaunchedTwice}: {task.Id} on {agent.Id}");
        task.IsWell = !faults.IsSick;
        agenda.After(agenda.Between(5, 200), () => Step(agent, task, TaskState.Starting));
        agenda.After(agenda.Between(200, 900), () => Step(agent, task, TaskState.Running));
        if (task.IsRun)
            agenda.After(agenda.Between(1000, 5000), () => Step(agent, task, faults.RunFails ? TaskState.Failed : TaskState.Finished));
    }

    private void Step(SimulatedAgent agent, AgentTask task, TaskState to)
    {
        if (agent.Dead || task.IsOver)
            return;
        var message = to switch
        {
            TaskState.Finished => "Command exited with status 0",
            TaskState.Failed => "Command exited with status 1",
            _ => null,
        };
        Report(agent, task, to, message);
    }

    private void KillOn(SimulatedAgent agent, string taskId)
    {
        if (!agent.Tasks.TryGetValue(taskId, out var task) || task.IsOver)
            return;
        agenda.After(agenda.Between(5, 800), () =>
        {
            if (!agent.Dead && !task.IsOver)
                Report(agent, task, TaskState.Killed, "Command terminated with signal Terminated");
        });
    }

    private void Report(SimulatedAgent agent, AgentTask task, TaskState state, string? message, bool? healthy = null)
    {
        task.State = state;
        task.Unacknowledged.Enqueue(new TaskStatus(
            task.Id, state, agent.Id, "SOURCE_EXECUTOR", null, message, BitConverter.GetBytes(++numbers),
            state == TaskState.Killed ? healthy : null, agenda.Now, null, null));
        if (task.Unacknowledged.Count == 1)
            SendFirst(agent, task, TimeSpan.FromSeconds(2));
    }

    /// <summary>Only the oldest update of a task is under way; it comes again, ever more rarely, until it is acknowledged.</summary>
    private void SendFirst(SimulatedAgent agent, AgentTask task, TimeSpan retry)
    {
        if (!task.Unacknowledged.TryPeek(out var first))
            return;
        for (var copy = faults.DoubleUpdate ? 2 : 1; copy > 0; copy--)
        {
            if (agent is not { Connected: true, Dead: false } || faults.LoseUpdate)
                continue;
            agenda.After(faults.UpdateDelay, () => MasterReceives(agent, first));
        }

        agenda.After(retry, () =>
        {
            if (!agent.Dead && task.Unacknowledged.TryPeek(out var still) && ReferenceEquals(still, first))
                SendFirst(agent, task, retry < TimeSpan.FromSeconds(20) ? retry * 2 : retry);
        });
    }

    private void MasterReceives(SimulatedAgent agent, TaskStatus status)
    {
        if (agent.Standing != AgentStanding.Registered)
            return;
        if (agent.Booked.TryGetValue(status.TaskId, out var booked))
        {
            if (status.State is TaskState.Finished or TaskState.Failed or TaskState.Killed)
                agent.Booked.Remove(status.TaskId);
            else if (!(booked.State == TaskState.Running && status.State == TaskState.Starting))
                agent.Booked[status.TaskId] = booked with { State = status.State };
        }

        invariants.MasterEventReceived(status.TaskId, status.State);
        if (status.State is TaskState.Finished or TaskState.Failed or TaskState.Killed)
            invariants.EndReported(status.TaskId, status.Uuid!);
        Emit(new TaskUpdated(status));
    }

    private void Acknowledged(SimulatedAgent agent, AcknowledgeUpdate ack)
    {
        if (!agent.Tasks.TryGetValue(ack.TaskId, out var task)
            || !task.Unacknowledged.TryPeek(out var first) || !first.Uuid!.AsSpan().SequenceEqual(ack.Uuid))
            return;
        task.Unacknowledged.Dequeue();
        if (task.Unacknowledged.Count > 0)
            SendFirst(agent, task, TimeSpan.FromSeconds(2));
        else if (task.IsOver)
            agent.Tasks.Remove(task.Id);
    }
}
