using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>The master's state in the endpoints that predate the v1 API. The lock is held.</summary>
internal sealed class LegacyMasterView(MasterState state)
{
    private readonly LegacyFrameworkView frameworks = new(state);
    private readonly LegacyAgentView agents = new(state);

    private IEnumerable<Framework> All => state.Frameworks.Values.Concat(state.CompletedFrameworks);

    private IEnumerable<AgentSlot> Registered => state.Agents.Where(a => a.IsRegistered);

    private IEnumerable<LegacyObject> Recovered =>
        state.Agents.Where(a => a.Presence == AgentPresence.Recovered).Select(LegacyAgentView.Recovered);

    private string Pid => $"master@127.0.0.1:{state.Port}";

    public static LegacyObject Version()
    {
        var version = MesosVersion.Info();
        return new LegacyObject(
            ("build_date", version.BuildDate), ("build_time", version.BuildTime), ("build_user", version.BuildUser),
            ("git_sha", version.GitSha), ("version", version.Version));
    }

    /// <summary>/state.</summary>
    public LegacyObject State()
    {
        var version = MesosVersion.Info();
        return new LegacyObject(
            ("version", version.Version), ("git_sha", version.GitSha), ("build_date", version.BuildDate), ("build_time", version.BuildTime),
            ("build_user", version.BuildUser), ("start_time", WireTime.Seconds(state.Started)),
            ("elected_time", WireTime.Seconds(state.Started)), ("id", state.MasterId), ("pid", Pid), ("hostname", "localhost"),
            ("capabilities", state.Info().Capabilities.Select(c => EnumNames.Of(c.Type)))).With(
            ("activated_slaves", (double)state.Agents.Count(a => a.CanBeOffered)),
            ("deactivated_slaves", (double)Registered.Count(a => !a.CanBeOffered)),
            ("unreachable_slaves", (double)state.Agents.Count(a => a.Presence == AgentPresence.Unreachable)), ("leader", Pid),
            ("leader_info", new LegacyObject(("id", state.MasterId), ("pid", Pid), ("port", state.Port), ("hostname", "localhost"))),
            ("cluster", state.Options.Cluster),
            ("flags", new LegacyObject([.. Flags.OfMaster(state).Select(f => (f.Name, (object?)f.Value))])),
            ("slaves", Registered.Select(agents.InMaster)), ("recovered_slaves", Recovered),
            ("frameworks", state.Frameworks.Values.Select(frameworks.Of)),
            ("completed_frameworks", state.CompletedFrameworks.Select(frameworks.Of)),
            ("orphan_tasks", Array.Empty<string>()), ("unregistered_frameworks", Array.Empty<string>()));
    }

    /// <summary>/state-summary.</summary>
    public LegacyObject Summary() => new(
        ("hostname", "localhost"), ("cluster", state.Options.Cluster),
        ("slaves", Registered.Select(a => agents.InMaster(a).With(LegacyTaskView.Counts(state.TasksOn(a).Select(t => t.Task)))
            .With(("framework_ids", state.TasksOn(a).Select(t => t.Framework.Id).Distinct())))),
        ("frameworks", state.Frameworks.Values.Select(f => frameworks.Summary(f)
            .With(LegacyTaskView.Counts(f.Tasks.Values.Concat(f.CompletedTasks)))
            .With(("slave_ids", f.Tasks.Values.Select(t => t.AgentId).Distinct())))));

    /// <summary>/slaves.</summary>
    public LegacyObject Agents() => new(("slaves", Registered.Select(agents.InList)), ("recovered_slaves", Recovered));

    /// <summary>/tasks.</summary>
    public LegacyObject Tasks() =>
        new(("tasks", All.SelectMany(f => f.Tasks.Values.Concat(f.CompletedTasks).Select(t => LegacyTaskView.Of(f, t)))));

    /// <summary>/frameworks.</summary>
    public LegacyObject Frameworks() => new(
        ("frameworks", state.Frameworks.Values.Select(frameworks.Of)),
        ("completed_frameworks", state.CompletedFrameworks.Select(frameworks.Of)), ("unregistered_frameworks", Array.Empty<string>()));

    /// <summary>/roles.</summary>
    public LegacyObject Roles() => new(("roles", state.Frameworks.Values.SelectMany(f => f.Roles).Distinct().Select(Role)));

    private LegacyObject Role(string name)
    {
        var members = state.Frameworks.Values.Where(f => f.Roles.Contains(name)).ToList();
        var used = UsedResources.Sum(members.SelectMany(f => UsedResources.Of(f, null)).Where(u => u.Role == name));
        var offered = UsedResources.Sum(state.Offers.Values.Where(o => o.Role == name).Select(o => (o.Role, o.Resources)));
        return new LegacyObject(
            ("name", name), ("weight", 1d),
            ("quota", new LegacyObject(
                ("role", name), ("guarantee", new LegacyObject()), ("limit", new LegacyObject()),
                ("consumed", LegacyAmounts.Quantities(used)))),
            ("resources", LegacyAmounts.Quantities(used.Plus(offered))), ("allocated", LegacyAmounts.Quantities(used)),
            ("offered", LegacyAmounts.Quantities(offered)), ("reserved", new LegacyObject()), ("frameworks", members.Select(f => f.Id)));
    }
}
