using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>A framework in the endpoints that predate the v1 API. The lock is held.</summary>
internal sealed class LegacyFrameworkView(MasterState state)
{
    /// <summary>The members that a summary has, too.</summary>
    public LegacyObject Summary(Framework f) => new(
        ("id", f.Id), ("name", f.Info.Name), ("used_resources", LegacyAmounts.Of(Used(f))),
        ("offered_resources", LegacyAmounts.Of(Offered(f))), ("capabilities", f.Info.Capabilities.Select(c => EnumNames.Of(c.Type))),
        ("hostname", f.Info.Hostname), ("webui_url", f.Info.WebuiUrl), ("active", f.Connected), ("connected", f.Connected),
        ("recovered", f.IsRecovered));

    public LegacyObject Of(Framework f)
    {
        var view = Summary(f).With(
            ("user", f.Info.User), ("failover_timeout", f.Info.FailoverTimeout), ("checkpoint", f.Info.Checkpoint),
            ("registered_time", WireTime.Seconds(f.Registered)),
            ("unregistered_time", f.Unregistered is { } end ? WireTime.Seconds(end) : 0d));
        if (f.Reregistered != f.Registered)
            view.With(("reregistered_time", WireTime.Seconds(f.Reregistered)));
        return view.With(
            ("resources", LegacyAmounts.Of(Used(f).Plus(Offered(f)))), ("roles", f.Roles),
            ("tasks", f.Tasks.Values.Where(t => t.UnreachableSince is null).Select(t => LegacyTaskView.Of(f, t))),
            ("unreachable_tasks", f.Tasks.Values.Where(t => t.UnreachableSince is not null).Select(t => LegacyTaskView.Of(f, t))),
            ("completed_tasks", f.CompletedTasks.Select(t => LegacyTaskView.Of(f, t))), ("offers", Array.Empty<string>()),
            ("executors", f.Executors.Values.Select(e => Executor(f, e))),
            ("offer_constraints", f.Constraints?.Wire ?? new Pipeline.Mesos.Wire.OfferConstraints()));
    }

    private static LegacyObject Executor(Framework f, MasterExecutor e) => new(
        ("executor_id", e.Info.ExecutorId.Value), ("name", e.Info.Name), ("framework_id", f.Id), ("slave_id", e.AgentId),
        ("resources", LegacyAmounts.Of(e.Resources)));

    private static ResourceSet Used(Framework f) => UsedResources.Sum(UsedResources.Of(f, null));

    private ResourceSet Offered(Framework f) => UsedResources.Sum(
        state.Offers.Values.Where(o => o.Framework == f).Select(o => (o.Role, o.Resources)));
}
