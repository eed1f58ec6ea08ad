using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>What operators can do to a whole cluster.</summary>
internal sealed class ClusterActions(OperatorCommands commands)
{
    private static readonly (string Text, PlacementStrategy? Strategy, bool? Racks)[] Placements =
    [
        ("balanced: the agent with the fewest instances, then the rack with the fewest", PlacementStrategy.Balanced, null),
        ("greedy: the first agent where it fits", PlacementStrategy.Greedy, null),
        ("separate-by-deploy: at most one instance of a deploy per agent", PlacementStrategy.SeparateByDeploy, null),
        ("separate-by-request: at most one instance of a request per agent", PlacementStrategy.SeparateByRequest, null),
        ("optimistic: about as many per agent as on the other agents", PlacementStrategy.Optimistic, null),
        ("spread-all: one on every active agent", PlacementStrategy.SpreadAll, null),
        ("evenly over racks, with the strategy of each request", null, true),
        ("regardless of racks, with the strategy of each request", null, false),
    ];

    /// <param name="freeze">The freeze in force; null: none.</param>
    /// <param name="placement">The placement in force; null: none.</param>
    public IReadOnlyList<PageAction> Of(ClusterView cluster, PriorityFreezeView? freeze, PlacementForcedView? placement)
    {
        IReadOnlyList<PageAction> daily =
        [
            Reconcile(cluster), FreezePriorities(cluster.Name), LiftFreeze(cluster.Name, freeze), ForcePlacement(cluster.Name),
            FreePlacement(cluster.Name, placement),
        ];
        return cluster.State switch
        {
            "failed-over" => [.. daily, TakeOver(cluster), DropId(cluster)],
            "removed" => [.. daily, DropId(cluster)],
            _ => daily,
        };
    }

    private PageAction Reconcile(ClusterView cluster) => new(
        "Reconcile", $"The master of {cluster.Name} is asked for the state of every task. This changes nothing by itself.",
        OperatorCall.To("Reconcile", c => commands.ReconcileAsync(c.Caller, cluster.Name, c.Details, c.Ct)))
    { Unavailable = cluster.State == "subscribed" ? null : "The cluster is not subscribed." };

    private PageAction FreezePriorities(string cluster) => new(
        "Freeze priorities", $"No task below the level starts in {cluster}. Tasks at or above it are not affected.",
        OperatorCall.To("Freeze priorities", c => commands.FreezePrioritiesAsync(c.Caller, cluster, c.Input.Level, c.Input.IsChecked, c.Details, c.Ct)))
    {
        Severity = ActionSeverity.Capacity,
        Questions = new ActionQuestions
        {
            Duration = true, Level = 0.6m, CheckBox = "Kill running tasks below the level; they return when the freeze ends",
        },
    };

    private PageAction LiftFreeze(string cluster, PriorityFreezeView? freeze) => new(
        "Lift freeze", $"Tasks of every priority may start in {cluster} again.",
        OperatorCall.To("Lift freeze", c => commands.FreezePrioritiesAsync(c.Caller, cluster, null, false, c.Details, c.Ct)))
    { Unavailable = freeze is null ? "No priorities are frozen." : null };

    private PageAction ForcePlacement(string cluster) => new(
        "Force placement",
        $"New instances in {cluster} are placed this way, whatever their requests define. Running instances do not move.",
        OperatorCall.To("Force placement", c => commands.PlaceAsync(c.Caller, 
            cluster, Placements[c.Input.Option].Strategy, Placements[c.Input.Option].Racks, c.Details, c.Ct)))
    { Severity = ActionSeverity.Capacity, Questions = new ActionQuestions { Options = [.. Placements.Select(p => p.Text)] } };

    private PageAction FreePlacement(string cluster, PlacementForcedView? placement) => new(
        "Free placement", $"Each request in {cluster} is placed by its own strategy again.",
        OperatorCall.To("Free placement", c => commands.PlaceAsync(c.Caller, cluster, null, null, c.Details, c.Ct)))
    { Unavailable = placement is null ? "No placement is forced." : null };

    private PageAction TakeOver(ClusterView cluster) => new(
        "Take over", $"Subscribes again with the framework id {cluster.FrameworkId}. A scheduler that uses this id now is disconnected.",
        OperatorCall.To("Take over", c => commands.ResetFrameworkAsync(c.Caller, cluster.Name, false, c.Details, c.Ct)))
    { Severity = ActionSeverity.Irreversible, Questions = new ActionQuestions { NameToRepeat = cluster.Name } };

    private PageAction DropId(ClusterView cluster) => new(
        "Drop id", "Subscribes as a new framework. Every task is started again; tasks that run under the old framework id are abandoned.",
        OperatorCall.To("Drop id", c => commands.ResetFrameworkAsync(c.Caller, cluster.Name, true, c.Details, c.Ct)))
    { Severity = ActionSeverity.Irreversible, Questions = new ActionQuestions { NameToRepeat = cluster.Name } };
}
