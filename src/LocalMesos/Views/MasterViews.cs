using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.OperatorResponse.Types;

namespace Pipeline.LocalMesos.Views;

/// <summary>The master's state as the operator API shows it. The lock is held.</summary>
internal sealed class MasterViews(MasterState state)
{
    public R.GetMaster Master() => new()
    {
        MasterInfo = state.Info(),
        StartTime = WireTime.Seconds(state.Started),
        ElectedTime = WireTime.Seconds(state.Started),
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
            Tasks = { all.SelectMany(f => f.Tasks.Values.Where(t => t.UnreachableSince is null).Select(t => TaskView.Of(f, t, t.State))) },
            UnreachableTasks =
            {
                all.SelectMany(f => f.Tasks.Values.Where(t => t.UnreachableSince is not null).Select(t => TaskView.Of(f, t, Lost(f)))),
            },
            CompletedTasks = { all.SelectMany(f => f.CompletedTasks.Select(t => TaskView.Of(f, t, t.State))) },
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
            Version = MesosVersion.Number,
            Pid = $"slave(1)@{agent.Agent.Endpoint}",
            RegisteredTime = WireTime.Info(agent.Registered),
            TotalResources = { agent.Total.ToWire(null) },
            AllocatedResources = { UsedResources.ByRole(state.Frameworks.Values.SelectMany(f => UsedResources.Of(f, agent.Id))) },
            OfferedResources =
            {
                UsedResources.ByRole(state.Offers.Values.Where(o => o.Agent == agent).Select(o => (o.Role, o.Resources))),
            },
            Capabilities = { Enum.GetValues<AgentInfo.Types.Capability.Types.Type>().Where(c => c != 0).Select(c =>
                new AgentInfo.Types.Capability { Type = c }) },
            DrainInfo = agent.Drain,
        };
        if (agent.Drain is not null)
            view.EstimatedDrainStartTime = WireTime.Info(DateTimeOffset.FromUnixTimeSeconds(agent.DrainStarted.ToUnixTimeSeconds()));
        if (agent.Reregistered is { } again)
            view.ReregisteredTime = WireTime.Info(again);
        return view;
    }

    public static AgentInfo Info(AgentSlot agent) => new()
    {
        Hostname = agent.Hostname,
        Port = agent.Agent.Ports.ApiPort,
        Resources = { agent.Total.ToWire(null, withRole: false) },
        Attributes = { agent.WireAttributes },
        Id = new AgentID { Value = agent.Id },
        Checkpoint = true,
    };

    /// <summary>As the agent itself shows it: without <c>checkpoint</c>.</summary>
    public static AgentInfo InfoByAgent(AgentSlot agent)
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
            RegisteredTime = WireTime.Info(f.Registered),
            ReregisteredTime = WireTime.Info(f.Reregistered),
            Offers = { offers.Select(o => o.ToWire(refined: true)) },
            InverseOffers = { state.InverseOffers.Where(o => o.Framework == f).Select(o => o.ToWire()) },
            AllocatedResources = { UsedResources.ByRole(UsedResources.Of(f, null)) },
            OfferedResources = { UsedResources.ByRole(offers.Select(o => (o.Role, o.Resources))) },
            OfferConstraints = f.Constraints?.Wire ?? new Pipeline.Mesos.Wire.OfferConstraints(),
        };
        if (f.Unregistered is { } end)
            view.UnregisteredTime = WireTime.Info(end);
        return view;
    }

    private static TaskState Lost(Framework f) => f.IsPartitionAware ? TaskState.TaskUnreachable : TaskState.TaskLost;

    private Role RoleOf(string name)
    {
        var frameworks = state.Frameworks.Values.Where(f => f.Roles.Contains(name)).ToList();
        return new Role
        {
            Name = name, Weight = 1, Frameworks = { frameworks.Select(f => new FrameworkID { Value = f.Id }) },
            Resources =
            {
                frameworks.SelectMany(f => UsedResources.Of(f, null)).Where(u => u.Role == name)
                    .Aggregate(ResourceSet.Empty, (sum, u) => sum.Plus(u.Resources)).ToWire(null, withRole: false),
            },
        };
    }
}
