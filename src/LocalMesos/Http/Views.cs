using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.OperatorResponse.Types;

namespace Pipeline.LocalMesos.Http;

/// <summary>The master's state as the operator API shows it. The lock is held.</summary>
internal static class Views
{
    public static VersionInfo Version() => new() { Version = MasterState.MesosVersion, BuildUser = "localmesos" };

    public static R.GetMaster Master(MasterState state) => new()
    {
        MasterInfo = state.Info(),
        StartTime = (state.Started - DateTimeOffset.UnixEpoch).TotalSeconds,
        ElectedTime = (state.Started - DateTimeOffset.UnixEpoch).TotalSeconds,
    };

    public static R.GetState State(MasterState state) => new()
    {
        GetTasks = Tasks(state),
        GetExecutors = new R.GetExecutors(),
        GetFrameworks = Frameworks(state),
        GetAgents = Agents(state),
    };

    public static R.GetAgents Agents(MasterState state) => new() { Agents = { state.Agents.Where(a => a.IsRegistered).Select(a =>
        Agent(state, a)) } };

    public static R.GetFrameworks Frameworks(MasterState state) => new()
    {
        Frameworks = { state.Frameworks.Values.Select(f => Framework(state, f)) },
        CompletedFrameworks = { state.CompletedFrameworks.Select(f => Framework(state, f)) },
    };

    public static R.GetTasks Tasks(MasterState state)
    {
        var all = state.Frameworks.Values.Concat(state.CompletedFrameworks).ToList();
        return new R.GetTasks
        {
            Tasks = { all.SelectMany(f => f.Tasks.Values.Where(t => t.UnreachableSince is null).Select(t => TaskOf(f, t, t.State))) },
            UnreachableTasks = { all.SelectMany(f => f.Tasks.Values.Where(t => t.UnreachableSince is not null).Select(t => TaskOf(f, t,
                Lost(f)))) },
            CompletedTasks = { all.SelectMany(f => f.CompletedTasks.Select(t => TaskOf(f, t, t.State))) },
        };
    }

    private static TaskState Lost(Framework f) => f.IsPartitionAware ? TaskState.TaskUnreachable : TaskState.TaskLost;

    private static R.GetAgents.Types.Agent Agent(MasterState state, AgentSlot agent)
    {
        var identity = agent.Agent.Identity;
        var view = new R.GetAgents.Types.Agent
        {
            AgentInfo = new AgentInfo
            {
                Hostname = identity.Hostname,
                Port = agent.Agent.Ports.ApiPort,
                Resources = { agent.Total.ToWire(null, withRole: false) },
                Attributes = { Allocator.Attributes(identity.Rack) },
                Id = new AgentID { Value = identity.Id },
            },
            Active = agent.CanBeOffered,
            Deactivated = agent.IsDeactivated,
            Version = MasterState.MesosVersion,
            Pid = $"slave(1)@{agent.Agent.Endpoint}",
            RegisteredTime = Time(agent.Registered),
            TotalResources = { agent.Total.ToWire(null) },
            AllocatedResources = { Resources(state.Frameworks.Values.SelectMany(f => Used(f, t => t.AgentId == agent.Id))) },
            OfferedResources = { Resources(state.Offers.Values.Where(o => o.Agent == agent).Select(o => (o.Role, o.Resources))) },
            Capabilities = { Enum.GetValues<AgentInfo.Types.Capability.Types.Type>().Where(c => c != 0).Select(c =>
                new AgentInfo.Types.Capability { Type = c }) },
        };
        if (agent.Reregistered is { } again)
            view.ReregisteredTime = Time(again);
        return view;
    }

    private static R.GetFrameworks.Types.Framework Framework(MasterState state, Framework f)
    {
        var offers = state.Offers.Values.Where(o => o.Framework == f).ToList();
        return new R.GetFrameworks.Types.Framework
        {
            FrameworkInfo = f.Info,
            Active = f.Connected,
            Connected = f.Connected,
            Recovered = false,
            RegisteredTime = Time(f.Registered),
            ReregisteredTime = Time(f.Reregistered),
            Offers = { offers.Select(Allocator.Wire) },
            AllocatedResources = { Resources(Used(f, _ => true)) },
            OfferedResources = { Resources(offers.Select(o => (o.Role, o.Resources))) },
        };
    }

    private static Pipeline.Mesos.Wire.Task TaskOf(Framework f, MasterTask t, TaskState shown)
    {
        var task = new Pipeline.Mesos.Wire.Task
        {
            Name = t.Info.Name,
            TaskId = t.Info.TaskId,
            FrameworkId = new FrameworkID { Value = f.Id },
            AgentId = t.Info.AgentId,
            State = shown,
            Resources = { t.Resources.ToWire(t.Role, withRole: false) },
            Labels = t.Info.Labels,
            Container = t.Info.Container,
            HealthCheck = t.Info.HealthCheck,
            KillPolicy = t.Info.KillPolicy,
        };
        if (t.Latest is not { } latest)
            return task;
        task.Statuses.Add(latest);
        task.StatusUpdateState = latest.State;
        task.StatusUpdateUuid = latest.Uuid;
        return task;
    }

    private static IEnumerable<(string Role, ResourceSet Resources)> Used(Framework f, Func<MasterTask, bool> which) =>
        f.Tasks.Values.Where(t => which(t) && !t.State.IsTerminal() && t.UnreachableSince is null).Select(t => (t.Role, t.Resources));

    private static IEnumerable<Resource> Resources(IEnumerable<(string Role, ResourceSet Resources)> parts) => parts
        .GroupBy(p => p.Role)
        .SelectMany(g => g.Aggregate(ResourceSet.Empty, (sum, p) => sum.Plus(p.Resources)).ToWire(g.Key));

    private static TimeInfo Time(DateTimeOffset time) => new() { Nanoseconds = (time - DateTimeOffset.UnixEpoch).Ticks * 100 };
}
