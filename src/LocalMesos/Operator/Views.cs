using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.OperatorResponse.Types;
using WireTask = Pipeline.Mesos.Wire.Task;

namespace Pipeline.LocalMesos.Operator;

/// <summary>The master's state as the operator API shows it. The lock is held.</summary>
internal sealed class Views(MasterState state, Allocator allocator)
{
    public static VersionInfo Version() => new()
    {
        Version = MasterState.MesosVersion, BuildDate = "2024-08-23 00:00:00 UTC", BuildTime = 1724371200.0, BuildUser = "localmesos",
        GitSha = "0000000000000000000000000000000000000000",
    };

    public R.GetMaster Master() => new()
    {
        MasterInfo = state.Info(),
        StartTime = (state.Started - DateTimeOffset.UnixEpoch).TotalSeconds,
        ElectedTime = (state.Started - DateTimeOffset.UnixEpoch).TotalSeconds,
    };

    public R.GetState State() => new()
    {
        GetTasks = Tasks(), GetExecutors = Executors(), GetFrameworks = Frameworks(), GetAgents = Agents(),
    };

    public R.GetAgents Agents() => new()
    {
        Agents = { state.Agents.Where(a => a.IsRegistered).Select(Agent) },
        RecoveredAgents = { state.Agents.Where(a => a.Presence == AgentPresence.Recovered).Select(a => Agent(a).AgentInfo) },
    };

    public R.GetFrameworks Frameworks() => new()
    {
        Frameworks = { state.Frameworks.Values.Select(Framework) },
        CompletedFrameworks = { state.CompletedFrameworks.Select(Framework) },
    };

    public R.GetExecutors Executors() => new()
    {
        Executors =
        {
            state.Frameworks.Values.SelectMany(f => f.Executors.Values).Select(e => new R.GetExecutors.Types.Executor
            {
                ExecutorInfo = e.Info, AgentId = new AgentID { Value = e.AgentId },
            }),
        },
    };

    public R.GetTasks Tasks()
    {
        var all = state.Frameworks.Values.Concat(state.CompletedFrameworks).ToList();
        return new R.GetTasks
        {
            Tasks = { all.SelectMany(f => f.Tasks.Values.Where(t => t.UnreachableSince is null).Select(t => TaskOf(f, t, t.State))) },
            UnreachableTasks =
            {
                all.SelectMany(f => f.Tasks.Values.Where(t => t.UnreachableSince is not null).Select(t => TaskOf(f, t, Lost(f)))),
            },
            CompletedTasks = { all.SelectMany(f => f.CompletedTasks.Select(t => TaskOf(f, t, t.State))) },
        };
    }

    public R.GetRoles Roles() => new()
    {
        Roles = { state.Frameworks.Values.SelectMany(f => f.Roles).Append("*").Distinct().Order(StringComparer.Ordinal).Select(RoleOf) },
    };

    public R.GetAgents.Types.Agent Agent(AgentSlot agent)
    {
        var view = new R.GetAgents.Types.Agent
        {
            AgentInfo = Info(agent),
            Active = agent.CanBeOffered,
            Deactivated = agent.IsDeactivated,
            Version = MasterState.MesosVersion,
            Pid = $"slave(1)@{agent.Agent.Endpoint}",
            RegisteredTime = Time(agent.Registered),
            TotalResources = { agent.Total.ToWire(null) },
            AllocatedResources = { Resources(state.Frameworks.Values.SelectMany(f => Used(f, agent.Id))) },
            OfferedResources = { Resources(state.Offers.Values.Where(o => o.Agent == agent).Select(o => (o.Role, o.Resources))) },
            Capabilities = { Enum.GetValues<AgentInfo.Types.Capability.Types.Type>().Where(c => c != 0).Select(c =>
                new AgentInfo.Types.Capability { Type = c }) },
            DrainInfo = agent.Drain,
        };
        if (agent.Drain is not null)
            view.EstimatedDrainStartTime = Time(DateTimeOffset.FromUnixTimeSeconds(agent.DrainStarted.ToUnixTimeSeconds()));
        if (agent.Reregistered is { } again)
            view.ReregisteredTime = Time(again);
        return view;
    }

    public AgentInfo Info(AgentSlot agent) => new()
    {
        Hostname = agent.Agent.Identity.Hostname,
        Port = agent.Agent.Ports.ApiPort,
        Resources = { agent.Total.ToWire(null, withRole: false) },
        Attributes = { allocator.Attributes(agent) },
        Id = new AgentID { Value = agent.Id },
        Checkpoint = true,
    };

    /// <summary>As the agent itself shows it.</summary>
    public AgentInfo Own(AgentSlot agent)
    {
        var info = Info(agent);
        info.ClearCheckpoint();
        return info;
    }

    public R.GetFrameworks.Types.Framework Framework(Framework f)
    {
        var offers = state.Offers.Values.Where(o => o.Framework == f).ToList();
        var view = new R.GetFrameworks.Types.Framework
        {
            FrameworkInfo = f.Info,
            Active = f.Connected,
            Connected = f.Connected,
            Recovered = f.IsRecovered,
            RegisteredTime = Time(f.Registered),
            ReregisteredTime = Time(f.Reregistered),
            Offers = { offers.Select(o => allocator.Wire(o, refined: true)) },
            InverseOffers = { f.InverseOffers.Select(Maintenance.Wire) },
            AllocatedResources = { Resources(Used(f, null)) },
            OfferedResources = { Resources(offers.Select(o => (o.Role, o.Resources))) },
            OfferConstraints = f.Constraints?.Wire ?? new Pipeline.Mesos.Wire.OfferConstraints(),
        };
        if (f.Unregistered is { } end)
            view.UnregisteredTime = Time(end);
        return view;
    }

    public static WireTask TaskOf(Framework f, MasterTask t, TaskState shown)
    {
        var task = new WireTask
        {
            Name = t.Info.Name,
            TaskId = t.Info.TaskId,
            FrameworkId = new FrameworkID { Value = f.Id },
            AgentId = t.Info.AgentId,
            State = shown,
            Resources = { t.Resources.ToWire(t.Role, withRole: false) },
            Statuses = { t.Statuses },
            Labels = t.Info.Labels,
            Discovery = t.Info.Discovery,
            Container = t.Info.Container,
            HealthCheck = t.Info.HealthCheck,
            KillPolicy = t.Info.KillPolicy,
        };
        if (t.ExecutorId is { } executor)
            task.ExecutorId = new ExecutorID { Value = executor };
        if (t.Info.Command?.HasUser == true)
            task.User = t.Info.Command.User;
        if (t.LastSent is not { } latest)
            return task;
        task.StatusUpdateState = latest.State;
        task.StatusUpdateUuid = latest.Uuid;
        return task;
    }

    public static TimeInfo Time(DateTimeOffset time) => new() { Nanoseconds = (time - DateTimeOffset.UnixEpoch).Ticks * 100 };

    private static TaskState Lost(Framework f) => f.IsPartitionAware ? TaskState.TaskUnreachable : TaskState.TaskLost;

    private Role RoleOf(string name)
    {
        var frameworks = state.Frameworks.Values.Where(f => f.Roles.Contains(name)).ToList();
        return new Role
        {
            Name = name, Weight = 1, Frameworks = { frameworks.Select(f => new FrameworkID { Value = f.Id }) },
            Resources =
            {
                frameworks.SelectMany(f => Used(f, null)).Where(u => u.Role == name)
                    .Aggregate(ResourceSet.Empty, (sum, u) => sum.Plus(u.Resources)).ToWire(null, withRole: false),
            },
        };
    }

    public static IEnumerable<(string Role, ResourceSet Resources)> Used(Framework f, string? agentId) =>
        f.Tasks.Values.Where(t => (agentId is null || t.AgentId == agentId) && !t.State.IsTerminal() && t.UnreachableSince is null)
            .Select(t => (t.Role, t.Resources))
            .Concat(f.Executors.Values.Where(e => agentId is null || e.AgentId == agentId).Select(e => (e.Role, e.Resources)));

    public static IEnumerable<Resource> Resources(IEnumerable<(string Role, ResourceSet Resources)> parts) => parts
        .GroupBy(p => p.Role)
        .SelectMany(g => g.Aggregate(ResourceSet.Empty, (sum, p) => sum.Plus(p.Resources)).ToWire(g.Key));
}
