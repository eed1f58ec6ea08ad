using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>An agent in the endpoints that predate the v1 API. The lock is held.</summary>
internal sealed class LegacyAgentView(MasterState state)
{
    private static readonly string[] Capabilities =
        [.. Enum.GetValues<AgentInfo.Types.Capability.Types.Type>().Where(c => c != 0).Select(c => EnumNames.Of(c))];

    /// <summary>In the master's state.</summary>
    public LegacyObject InMaster(AgentSlot a)
    {
        var view = new LegacyObject(
            ("id", a.Id), ("hostname", a.Hostname), ("port", a.Agent.Ports.ApiPort), ("attributes", Attributes(a)),
            ("pid", $"slave(1)@{a.Agent.Endpoint}"), ("registered_time", WireTime.Seconds(a.Registered)));
        if (a.Reregistered is { } again)
            view.With(("reregistered_time", WireTime.Seconds(again)));
        return view.With(
            ("resources", LegacyAmounts.Of(a.Total)), ("used_resources", LegacyAmounts.Of(UsedResources.Sum(Used(a)))),
            ("offered_resources", LegacyAmounts.Of(UsedResources.Sum(Offered(a)))), ("reserved_resources", new LegacyObject()),
            ("unreserved_resources", LegacyAmounts.Of(a.Total)), ("active", a.CanBeOffered), ("deactivated", a.IsDeactivated),
            ("version", MesosVersion.Number), ("capabilities", Capabilities));
    }

    /// <summary>In the master's /slaves.</summary>
    public LegacyObject InList(AgentSlot a) => InMaster(a).With(
        ("reserved_resources_full", new LegacyObject()), ("unreserved_resources_full", a.Total.ToWire(null)),
        ("used_resources_full", UsedResources.ByRole(Used(a))), ("offered_resources_full", UsedResources.ByRole(Offered(a))));

    /// <summary>One that a restarted master knows from its registry only.</summary>
    public static LegacyObject Recovered(AgentSlot a) => new(
        ("id", a.Id), ("hostname", a.Hostname), ("port", a.Agent.Ports.ApiPort), ("attributes", Attributes(a)));

    /// <summary>The agent's own /state.</summary>
    public LegacyObject OwnState(AgentSlot a)
    {
        var version = MesosVersion.Info();
        var frameworks = a.Agent.Tasks.Select(t => t.FrameworkId).Distinct().Where(state.Frameworks.ContainsKey).ToList();
        return new LegacyObject(
            ("version", version.Version), ("git_sha", version.GitSha), ("build_date", version.BuildDate), ("build_time", version.BuildTime),
            ("build_user", version.BuildUser), ("start_time", WireTime.Seconds(a.Registered)), ("id", a.Id),
            ("pid", $"slave(1)@{a.Agent.Endpoint}"), ("hostname", a.Hostname), ("capabilities", Capabilities)).With(
            ("resources", LegacyAmounts.Of(a.Total)), ("reserved_resources", new LegacyObject()),
            ("unreserved_resources", LegacyAmounts.Of(a.Total)),
            ("unreserved_resources_allocated", LegacyAmounts.Of(UsedResources.Sum(Used(a)))), ("attributes", Attributes(a)),
            ("master_hostname", "localhost"),
            ("flags", new LegacyObject([.. Flags.OfAgent(state, a).Select(f => (f.Name, (object?)f.Value))])),
            ("frameworks", frameworks.Select(id => Framework(a, state.Frameworks[id]))), ("completed_frameworks", Array.Empty<string>()));
    }

    /// <param name="withStatus">True for /containers, false for /monitor/statistics.</param>
    public static LegacyObject Container(R.GetContainers.Types.Container c, bool withStatus)
    {
        var view = withStatus ? new LegacyObject(("container_id", c.ContainerId.Value)) : [];
        view.With(
            ("executor_id", c.ExecutorId.Value), ("executor_name", c.ExecutorName), ("framework_id", c.FrameworkId.Value),
            ("source", c.ExecutorId.Value), ("statistics", Statistics(c.ResourceStatistics)));
        return withStatus ? view.With(("status", c.ContainerStatus)) : view;
    }

    private static LegacyObject Statistics(ResourceStatistics s)
    {
        var view = new LegacyObject(
            ("cpus_soft_limit", s.CpusSoftLimit), ("cpus_system_time_secs", s.CpusSystemTimeSecs),
            ("cpus_user_time_secs", s.CpusUserTimeSecs));
        if (s.HasDiskLimitBytes)
            view.With(
                ("disk_limit_bytes", s.DiskLimitBytes), ("disk_statistics", s.DiskStatistics), ("disk_used_bytes", s.DiskUsedBytes));
        return view.With(
            ("mem_limit_bytes", s.MemLimitBytes), ("mem_rss_bytes", s.MemRssBytes), ("mem_soft_limit_bytes", s.MemSoftLimitBytes),
            ("timestamp", s.Timestamp));
    }

    private static LegacyObject Framework(AgentSlot a, Framework f) => new(
        ("id", f.Id), ("name", f.Info.Name), ("user", f.Info.User), ("failover_timeout", f.Info.FailoverTimeout),
        ("checkpoint", f.Info.Checkpoint), ("hostname", f.Info.Hostname), ("roles", f.Roles),
        ("executors", a.Agent.Tasks.Where(t => t.FrameworkId == f.Id).GroupBy(t => t.Location.ExecutorId)
            .Select(g => Executor(f, [.. g]))));

    private static LegacyObject Executor(Framework f, List<AgentTask> tasks)
    {
        var location = tasks[0].Location;
        return new LegacyObject(
            ("id", location.ExecutorId), ("name", ""), ("source", location.ExecutorId),
            ("container", (location.Container.Parent ?? location.Container).Value),
            ("directory", tasks[0].Executor?.Location.SandboxPath ?? location.SandboxPath),
            ("tasks", tasks.Select(t => f.Tasks.GetValueOrDefault(t.TaskId)).OfType<MasterTask>().Select(t => LegacyTaskView.Of(f, t))));
    }

    private static LegacyObject Attributes(AgentSlot a) => new([.. a.Attributes.Select(x => (x.Name, (object?)x.Text))]);

    private IEnumerable<(string Role, ResourceSet Resources)> Used(AgentSlot a) =>
        state.Frameworks.Values.SelectMany(f => UsedResources.Of(f, a.Id));

    private IEnumerable<(string Role, ResourceSet Resources)> Offered(AgentSlot a) =>
        state.Offers.Values.Where(o => o.Agent == a).Select(o => (o.Role, o.Resources));
}
