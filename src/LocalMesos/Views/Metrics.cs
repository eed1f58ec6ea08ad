using Pipeline.LocalMesos.Master.State;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views;

/// <summary>The Mesos metrics that dashboards and leader detection read.</summary>
internal static class Metrics
{
    public static IEnumerable<Metric> OfMaster(MasterState state)
    {
        var tasks = state.Frameworks.Values.SelectMany(f => f.Tasks.Values).ToList();
        var completed = state.Frameworks.Values.Concat(state.CompletedFrameworks).SelectMany(f => f.CompletedTasks).ToList();
        double total = state.Agents.Where(a => a.IsRegistered).Sum(a => a.Total.Cpus);
        double memory = state.Agents.Where(a => a.IsRegistered).Sum(a => a.Total.Memory);
        return
        [
            Of("master/cpus_total", total / 1000),
            Of("master/frameworks_active", state.Frameworks.Values.Count(f => f.Connected)),
            Of("master/frameworks_connected", state.Frameworks.Values.Count(f => f.Connected)),
            Of("master/frameworks_disconnected", state.Frameworks.Values.Count(f => !f.Connected)),
            Of("master/elected", state.Leadership.IsSelf ? 1 : 0),
            Of("master/mem_total", memory / 1000),
            Of("master/outstanding_offers", state.Offers.Count),
            Of("master/slaves_active", state.Agents.Count(a => a.CanBeOffered)),
            Of("master/slaves_connected", state.Agents.Count(a => a is { IsRegistered: true, IsDisconnected: false })),
            Of("master/slaves_unreachable", state.Agents.Count(a => a.Presence == AgentPresence.Unreachable)),
            Of("master/tasks_failed", completed.Count(t => t.State == TaskState.TaskFailed)),
            Of("master/tasks_finished", completed.Count(t => t.State == TaskState.TaskFinished)),
            Of("master/tasks_killed", completed.Count(t => t.State == TaskState.TaskKilled)),
            Of("master/tasks_lost", completed.Count(t => t.State == TaskState.TaskLost)),
            Of("master/tasks_running", tasks.Count(t => t.State == TaskState.TaskRunning)),
            Of("master/tasks_staging", tasks.Count(t => t.State == TaskState.TaskStaging)),
            Of("master/tasks_starting", tasks.Count(t => t.State == TaskState.TaskStarting)),
            Of("master/uptime_secs", (state.Now - state.Started).TotalSeconds),
        ];
    }

    public static IEnumerable<Metric> OfAgent(MasterState state, AgentSlot agent) =>
    [
        Of("slave/executors_running", agent.Agent.Executors.Count + agent.Agent.Tasks.Count(t => t.Executor is null)),
        Of("slave/registered", agent.IsRegistered ? 1 : 0),
        Of("slave/tasks_running", agent.Agent.Tasks.Count(t => t.Run.IsRunning)),
        Of("slave/uptime_secs", (state.Now - agent.Registered).TotalSeconds),
    ];

    private static Metric Of(string name, double value) => new() { Name = name, Value = value };
}
