using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Operator;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;

namespace Pipeline.LocalMesos.Http;

/// <summary>The master's state as the endpoints of before v1 show it. The lock is held.</summary>
internal sealed class PlainViews(MasterState state)
{
    private static readonly TaskState[] Counted =
    [
        TaskState.TaskStaging, TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskKilling, TaskState.TaskFinished,
        TaskState.TaskKilled, TaskState.TaskFailed, TaskState.TaskLost, TaskState.TaskError, TaskState.TaskUnreachable,
    ];

    public static PlainObject Version()
    {
        var version = Views.Version();
        return new(
            ("build_date", version.BuildDate), ("build_time", version.BuildTime), ("build_user", version.BuildUser),
            ("git_sha", version.GitSha), ("version", version.Version));
    }

    public static PlainObject Container(R.GetContainers.Types.Container c, bool withStatus)
    {
        var view = withStatus ? new PlainObject(("container_id", c.ContainerId.Value)) : [];
        view.With(
            ("executor_id", c.ExecutorId.Value), ("executor_name", c.ExecutorName), ("framework_id", c.FrameworkId.Value),
            ("source", c.ExecutorId.Value), ("statistics", Statistics(c.ResourceStatistics)));
        return withStatus ? view.With(("status", c.ContainerStatus)) : view;
    }

    /// <summary>Null for an unknown path.</summary>
    public string? Of(string path) => path switch
    {
        "/state" => PlainJson.Write(State()),
        "/state-summary" => PlainJson.Write(Summary()),
        "/slaves" => PlainJson.Write(new PlainObject(("slaves", Registered.Select(a => Slave(a, full: true))), ("recovered_slaves", Recovered))),
        "/tasks" => PlainJson.Write(new PlainObject(("tasks", All.SelectMany(f => f.Tasks.Values.Concat(f.CompletedTasks).Select(t => TaskOf(f, t)))))),
        "/frameworks" => PlainJson.Write(Frameworks()),
        "/roles" => PlainJson.Write(new PlainObject(("roles", state.Frameworks.Values.SelectMany(f => f.Roles).Distinct().Select(Role)))),
        "/quota" or "/maintenance/schedule" or "/maintenance/status" => "{}",
        "/weights" => "[]",
        _ => null,
    };

    private static PlainObject Statistics(ResourceStatistics s)
    {
        var view = new PlainObject(
            ("cpus_soft_limit", s.CpusSoftLimit), ("cpus_system_time_secs", s.CpusSystemTimeSecs), ("cpus_user_time_secs", s.CpusUserTimeSecs));
        if (s.HasDiskLimitBytes)
            view.With(
                ("disk_limit_bytes", s.DiskLimitBytes), ("disk_statistics", s.DiskStatistics), ("disk_used_bytes", s.DiskUsedBytes));
        return view.With(
            ("mem_limit_bytes", s.MemLimitBytes), ("mem_rss_bytes", s.MemRssBytes), ("mem_soft_limit_bytes", s.MemSoftLimitBytes),
            ("timestamp", s.Timestamp));
    }

    /// <summary>An agent's own state.</summary>
    public PlainObject AgentState(AgentSlot a)
    {
        var version = Views.Version();
        var used = Used(state.Frameworks.Values.SelectMany(f => Views.Used(f, a.Id)));
        var frameworks = a.Agent.Tasks.Select(t => t.Start.FrameworkId).Distinct().Where(state.Frameworks.ContainsKey).ToList();
        return new(
            ("version", version.Version), ("git_sha", version.GitSha), ("build_date", version.BuildDate), ("build_time", version.BuildTime),
            ("build_user", version.BuildUser), ("start_time", Seconds(a.Registered)), ("id", a.Id), ("pid", $"slave(1)@{a.Agent.Endpoint}"),
            ("hostname", a.Agent.Identity.Hostname),
            ("capabilities", Enum.GetValues<AgentInfo.Types.Capability.Types.Type>().Where(c => c != 0).Select(c => Name(c))),
            ("resources", Amounts(a.Total)), ("reserved_resources", new PlainObject()), ("unreserved_resources", Amounts(a.Total)),
            ("unreserved_resources_allocated", Amounts(used)), ("attributes", AttributesOf(a)), ("master_hostname", "localhost"),
            ("flags", new PlainObject([.. Flags.OfAgent(state, a).Select(f => (f.Name, (object?)f.Value))])),
            ("frameworks", frameworks.Select(id => AgentFramework(a, state.Frameworks[id]))), ("completed_frameworks", Array.Empty<string>()));
    }

    private static PlainObject AgentFramework(AgentSlot a, Framework f) => new(
        ("id", f.Id), ("name", f.Info.Name), ("user", f.Info.User), ("failover_timeout", f.Info.FailoverTimeout),
        ("checkpoint", f.Info.Checkpoint), ("hostname", f.Info.Hostname), ("roles", f.Roles),
        ("executors", a.Agent.Tasks.Where(t => t.Start.FrameworkId == f.Id).GroupBy(t => t.Place.ExecutorId).Select(g => new PlainObject(
            ("id", g.Key), ("name", ""), ("source", g.Key), ("container", (g.First().Place.Container.Parent ?? g.First().Place.Container).Value),
            ("directory", g.First().Executor?.Place.SandboxPath ?? g.First().Place.SandboxPath),
            ("tasks", g.Select(t => f.Tasks.GetValueOrDefault(t.Start.Info.TaskId.Value)).OfType<MasterTask>().Select(t => TaskOf(f, t)))))));

    private IEnumerable<Framework> All => state.Frameworks.Values.Concat(state.CompletedFrameworks);

    private IEnumerable<AgentSlot> Registered => state.Agents.Where(a => a.IsRegistered);

    private IEnumerable<PlainObject> Recovered => state.Agents.Where(a => a.Presence == AgentPresence.Recovered)
        .Select(a => new PlainObject(("id", a.Id), ("hostname", a.Agent.Identity.Hostname), ("port", a.Agent.Ports.ApiPort), ("attributes", AttributesOf(a))));

    private PlainObject State()
    {
        var version = Views.Version();
        var view = new PlainObject(
            ("version", version.Version), ("git_sha", version.GitSha), ("build_date", version.BuildDate), ("build_time", version.BuildTime),
            ("build_user", version.BuildUser), ("start_time", Seconds(state.Started)), ("elected_time", Seconds(state.Started)),
            ("id", state.MasterId), ("pid", Pid), ("hostname", "localhost"),
            ("capabilities", new[] { "AGENT_UPDATE", "AGENT_DRAINING", "QUOTA_V2" }),
            ("activated_slaves", (double)state.Agents.Count(a => a.CanBeOffered)),
            ("deactivated_slaves", (double)Registered.Count(a => !a.CanBeOffered)),
            ("unreachable_slaves", (double)state.Agents.Count(a => a.Presence == AgentPresence.Unreachable)),
            ("leader", Pid),
            ("leader_info", new PlainObject(("id", state.MasterId), ("pid", Pid), ("port", state.Port), ("hostname", "localhost"))),
            ("cluster", state.Options.Cluster),
            ("flags", new PlainObject([.. Flags.OfMaster(state).Select(f => (f.Name, (object?)f.Value))])));
        return view.With(("slaves", Registered.Select(a => Slave(a, full: false))), ("recovered_slaves", Recovered)).With(
            ("frameworks", state.Frameworks.Values.Select(FrameworkOf)), ("completed_frameworks", state.CompletedFrameworks.Select(FrameworkOf)),
            ("orphan_tasks", Array.Empty<string>()), ("unregistered_frameworks", Array.Empty<string>()));
    }

    private string Pid => $"master@127.0.0.1:{state.Port}";

    private PlainObject Summary() => new(
        ("hostname", "localhost"), ("cluster", state.Options.Cluster),
        ("slaves", Registered.Select(a => Slave(a, full: false).With(Counts(state.TasksOn(a).Select(t => t.Task)))
            .With(("framework_ids", state.TasksOn(a).Select(t => t.Framework.Id).Distinct())))),
        ("frameworks", state.Frameworks.Values.Select(f => FrameworkHead(f).With(Counts(f.Tasks.Values.Concat(f.CompletedTasks)))
            .With(("slave_ids", f.Tasks.Values.Select(t => t.AgentId).Distinct())))));

    private static (string, object?)[] Counts(IEnumerable<MasterTask> tasks)
    {
        var states = tasks.Select(t => t.State).ToList();
        return [.. Counted.Select(s => (Name(s), (object?)states.Count(x => x == s)))];
    }

    private PlainObject Frameworks() => new(
        ("frameworks", state.Frameworks.Values.Select(FrameworkOf)), ("completed_frameworks", state.CompletedFrameworks.Select(FrameworkOf)),
        ("unregistered_frameworks", Array.Empty<string>()));

    private PlainObject FrameworkHead(Framework f) => new(
        ("id", f.Id), ("name", f.Info.Name), ("used_resources", Amounts(Used(Views.Used(f, null)))),
        ("offered_resources", Amounts(Offered(o => o.Framework == f))), ("capabilities", f.Info.Capabilities.Select(c => Name(c.Type))),
        ("hostname", f.Info.Hostname), ("webui_url", f.Info.WebuiUrl), ("active", f.Connected), ("connected", f.Connected),
        ("recovered", f.IsRecovered));

    private PlainObject FrameworkOf(Framework f)
    {
        var view = FrameworkHead(f).With(
            ("user", f.Info.User), ("failover_timeout", f.Info.FailoverTimeout), ("checkpoint", f.Info.Checkpoint),
            ("registered_time", Seconds(f.Registered)), ("unregistered_time", f.Unregistered is { } end ? Seconds(end) : 0d));
        if (f.Reregistered != f.Registered)
            view.With(("reregistered_time", Seconds(f.Reregistered)));
        return view.With(
            ("resources", Amounts(Used(Views.Used(f, null)).Plus(Offered(o => o.Framework == f)))), ("roles", f.Roles),
            ("tasks", f.Tasks.Values.Where(t => t.UnreachableSince is null).Select(t => TaskOf(f, t))),
            ("unreachable_tasks", f.Tasks.Values.Where(t => t.UnreachableSince is not null).Select(t => TaskOf(f, t))),
            ("completed_tasks", f.CompletedTasks.Select(t => TaskOf(f, t))), ("offers", Array.Empty<string>()),
            ("executors", f.Executors.Values.Select(e => new PlainObject(
                ("executor_id", e.Info.ExecutorId.Value), ("name", e.Info.Name), ("framework_id", f.Id), ("slave_id", e.AgentId),
                ("resources", Amounts(e.Resources))))),
            ("offer_constraints", f.Constraints?.Wire ?? new Pipeline.Mesos.Wire.OfferConstraints()));
    }

    private static PlainObject TaskOf(Framework f, MasterTask t)
    {
        var view = new PlainObject(
            ("id", t.Id), ("name", t.Info.Name), ("framework_id", f.Id), ("executor_id", t.ExecutorId ?? ""), ("slave_id", t.AgentId),
            ("state", Name(t.State)), ("resources", Amounts(t.Resources)), ("role", t.Role), ("statuses", t.Statuses.Select(Status)));
        if (t.Info.Labels is { } labels)
            view.With(("labels", labels.Labels_.Select(l => l.HasValue ? new PlainObject(("key", l.Key), ("value", l.Value)) : new(("key", l.Key)))));
        return t.Info.Discovery is { } discovery ? view.With(("discovery", discovery)) : view;
    }

    private static PlainObject Status(Pipeline.Mesos.Wire.TaskStatus s)
    {
        var view = new PlainObject(("state", Name(s.State)), ("timestamp", s.Timestamp));
        if (s.ContainerStatus is { } container)
        {
            var shown = container.Clone();
            shown.ClearExecutorPid();
            view.With(("container_status", shown));
        }

        return s.HasHealthy ? view.With(("healthy", s.Healthy)) : view;
    }

    private PlainObject Slave(AgentSlot a, bool full)
    {
        var used = Used(state.Frameworks.Values.SelectMany(f => Views.Used(f, a.Id)));
        var view = new PlainObject(
            ("id", a.Id), ("hostname", a.Agent.Identity.Hostname), ("port", a.Agent.Ports.ApiPort),
            ("attributes", AttributesOf(a)),
            ("pid", $"slave(1)@{a.Agent.Endpoint}"), ("registered_time", Seconds(a.Registered)));
        if (a.Reregistered is { } again)
            view.With(("reregistered_time", Seconds(again)));
        view.With(
            ("resources", Amounts(a.Total)), ("used_resources", Amounts(used)), ("offered_resources", Amounts(Offered(o => o.Agent == a))),
            ("reserved_resources", new PlainObject()), ("unreserved_resources", Amounts(a.Total)), ("active", a.CanBeOffered),
            ("deactivated", a.IsDeactivated), ("version", MasterState.MesosVersion),
            ("capabilities", Enum.GetValues<AgentInfo.Types.Capability.Types.Type>().Where(c => c != 0).Select(c => Name(c))));
        return full
            ? view.With(
                ("reserved_resources_full", new PlainObject()), ("unreserved_resources_full", a.Total.ToWire(null)),
                ("used_resources_full", Views.Resources(state.Frameworks.Values.SelectMany(f => Views.Used(f, a.Id)))),
                ("offered_resources_full", Views.Resources(state.Offers.Values.Where(o => o.Agent == a).Select(o => (o.Role, o.Resources)))))
            : view;
    }

    private PlainObject AttributesOf(AgentSlot a) =>
        new([("rack", a.Agent.Identity.Rack), .. state.Options.Attributes.Select(x => (x.Name, (object?)x.Text))]);

    private PlainObject Role(string name)
    {
        var frameworks = state.Frameworks.Values.Where(f => f.Roles.Contains(name)).ToList();
        var used = Used(frameworks.SelectMany(f => Views.Used(f, null)).Where(u => u.Role == name));
        return new(
            ("name", name), ("weight", 1d),
            ("quota", new PlainObject(
                ("role", name), ("guarantee", new PlainObject()), ("limit", new PlainObject()), ("consumed", Quantities(used)))),
            ("resources", Quantities(used.Plus(Offered(o => o.Role == name)))), ("allocated", Quantities(used)),
            ("offered", Quantities(Offered(o => o.Role == name))), ("reserved", new PlainObject()),
            ("frameworks", frameworks.Select(f => f.Id)));
    }

    private ResourceSet Offered(Func<OutstandingOffer, bool> which) =>
        state.Offers.Values.Where(which).Aggregate(ResourceSet.Empty, (sum, o) => sum.Plus(o.Resources));

    private static ResourceSet Used(IEnumerable<(string Role, ResourceSet Resources)> parts) =>
        parts.Aggregate(ResourceSet.Empty, (sum, p) => sum.Plus(p.Resources));

    /// <summary>The four that always stand there, then ranges as text.</summary>
    private static PlainObject Amounts(ResourceSet resources)
    {
        var totals = resources.Totals().ToList();
        var view = new PlainObject(
            [.. new[] { "disk", "mem", "gpus", "cpus" }.Select(n => (n, (object?)(totals.Find(t => t.Name == n).Amount ?? 0d)))]);
        foreach (var (name, _, ranges) in totals.Where(t => t.Amount is null))
            view.With((name, ranges));
        return view;
    }

    private static PlainObject Quantities(ResourceSet resources) =>
        new([.. resources.Totals().Where(t => t.Amount > 0).OrderBy(t => t.Name).Select(t => (t.Name, (object?)t.Amount))]);

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>An enum value as it is called on the wire.</summary>
    private static string Name(Enum value) =>
        value.GetType().GetField(value.ToString())!.GetCustomAttributes(typeof(Google.Protobuf.Reflection.OriginalNameAttribute), false)
            .Cast<Google.Protobuf.Reflection.OriginalNameAttribute>().Single().Name;
}
