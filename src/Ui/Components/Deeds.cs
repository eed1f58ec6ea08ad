using System.Globalization;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Ui.Components;

/// <summary>What operators can do to agents, racks and requests, in the words of the buttons and their dialogs.</summary>
public static class Deeds
{
    public static IReadOnlyList<Deed> Of(AgentView agent, OperatorCommands commands) => Machine(
        agent.Host, agent.State, Tasks(agent.Tasks), "it",
        (deed, told, caller, ct) => commands.AgentAsync(caller, agent.Cluster, agent.Host, deed, told.KillAtEnd, told.Details, ct));

    public static IReadOnlyList<Deed> Of(RackView rack, OperatorCommands commands) => Machine(
        rack.Name, rack.State, $"{Tasks(rack.Tasks)} on {rack.AgentsByState.Values.Sum()} agents", "the rack",
        (deed, told, caller, ct) => commands.RackAsync(caller, rack.Cluster, rack.Name, deed, told.KillAtEnd, told.Details, ct));

    /// <param name="instances">Of the deploy in force; null when there is none.</param>
    public static IReadOnlyList<Deed> Of(RequestView request, int? instances, OperatorCommands commands)
    {
        var (cluster, id) = (request.Cluster, request.Id);
        var pause = request.Changes.FirstOrDefault(c => c.What == "pause");
        var deeds = new List<Deed>();
        if (request.Kind is "service" or "worker")
        {
            deeds.Add(new Deed(
                "Scale",
                $"{id} runs {instances?.ToString(CultureInfo.InvariantCulture) ?? "no"} instances now. After the end, if there is one, that number returns.",
                (told, caller, ct) => commands.ScaleAsync(caller, cluster, id, new ScaleTarget(told.Instances ?? 0, told.Chosen), told.Details, ct))
            {
                Grade = DeedGrade.Capacity, Instances = instances ?? 0, Choice = "a drop to less than half is meant",
                Useless = request.ActiveDeploy is null ? "Nothing is deployed yet." : null,
            });
            deeds.Add(new Deed(
                "Bounce", $"Every instance of {id} is replaced by a new one of the same version; the old leave when the new are healthy.",
                (told, caller, ct) => commands.BounceAsync(caller, cluster, id, new BouncePlan(told.Chosen), told.Details, ct))
            {
                Grade = DeedGrade.Capacity, Choice = "one at a time", Useless = request.ActiveDeploy is null ? "Nothing is deployed yet." : null,
            });
        }

        if (request.Kind is "cron" or "on-demand")
        {
            deeds.Add(new Deed(
                "Run", $"{id} runs once, now, beside its schedule.",
                (told, caller, ct) => commands.RunAsync(caller, cluster, id, new ManualRun { Arguments = told.Arguments }, told.Details, ct))
            { TakesArguments = true, MayEnd = false, Useless = request.ActiveDeploy is null ? "Nothing is deployed yet." : null });
        }

        deeds.Add(new Deed(
            "Pause", $"Nothing of {id} is started until somebody says so. Its {Tasks(request.ActiveTasks)} are stopped, unless they may run on.",
            (told, caller, ct) => commands.PauseAsync(caller, cluster, id, !told.Chosen, told.Details, ct))
        { Grade = DeedGrade.Capacity, Choice = "let what runs go on", Useless = pause is null ? null : $"Paused by {pause.By}." });
        deeds.Add(new Deed(
            "Unpause", $"{id} is started again as its deploy says.",
            (told, caller, ct) => commands.UnpauseAsync(caller, cluster, id, told.Details, ct))
        { MayEnd = false, Useless = pause is null ? "It is not paused." : null });
        if (request.Changes.Any(c => c.What == "cooldown") || request.State == "cooldown")
        {
            deeds.Add(new Deed(
                "Exit cooldown", $"{id} is started again at once instead of after the pause for what fails again and again.",
                (told, caller, ct) => commands.ExitCooldownAsync(caller, cluster, id, told.Details, ct))
            { MayEnd = false });
        }

        return deeds;
    }

    /// <summary>What is done more rarely to a request.</summary>
    public static IReadOnlyList<Deed> MoreOf(RequestView request, OperatorCommands commands)
    {
        var (cluster, id) = (request.Cluster, request.Id);
        var deeds = new List<Deed>();
        if (request.Kind is "service" or "worker")
        {
            deeds.Add(new Deed(
                "Skip health", $"An instance of {id} counts as healthy as soon as it runs: a deploy goes on without its readiness check.",
                (told, caller, ct) => commands.SkipHealthAsync(caller, cluster, id, true, told.Details, ct))
            { Grade = DeedGrade.Capacity, Useless = Has(request, "skip-health") ? "It is skipped already." : null });
        }

        deeds.Add(new Deed(
            "Priority", $"Which tasks get a place first when there is not enough for all. It holds for {id} over what its deploy says.",
            (told, caller, ct) => commands.PriorityAsync(caller, cluster, id, told.Level, told.Details, ct))
        { Level = 0.5m });
        deeds.Add(new Deed(
            "Remove", $"The {Tasks(request.ActiveTasks)} of {id} are killed and the request is forgotten. The next promotion makes it anew.",
            (told, caller, ct) => commands.RemoveAsync(caller, cluster, id, told.Details, ct))
        { Grade = DeedGrade.Irreversible, NameToType = id, MayEnd = false });
        return deeds;
    }

    /// <summary>Ends one change before its time.</summary>
    public static IReadOnlyList<Deed> EndOf(RequestView request, RequestChangeView change, OperatorCommands commands)
    {
        var (cluster, id) = (request.Cluster, request.Id);
        var deed = change.What switch
        {
            "scale" => new Deed("End now", $"The number of instances of {id} before the change returns.",
                (told, caller, ct) => commands.EndScaleAsync(caller, cluster, id, told.Chosen, told.Details, ct))
            { Grade = DeedGrade.Capacity, Choice = "a drop to less than half is meant" },
            "pause" => new Deed("End now", $"{id} is started again as its deploy says.",
                (told, caller, ct) => commands.UnpauseAsync(caller, cluster, id, told.Details, ct)),
            "skip-health" => new Deed("End now", $"The readiness of {id} is checked again.",
                (told, caller, ct) => commands.SkipHealthAsync(caller, cluster, id, false, told.Details, ct)),
            "priority" => new Deed("End now", $"The priority that the deploy of {id} says holds again.",
                (told, caller, ct) => commands.PriorityAsync(caller, cluster, id, null, told.Details, ct)),
            "bounce" => new Deed("End now", $"What was not replaced of {id} stays.",
                (told, caller, ct) => commands.EndBounceAsync(caller, cluster, id, told.Details, ct)),
            "cooldown" => new Deed("End now", $"{id} is started again at once.",
                (told, caller, ct) => commands.ExitCooldownAsync(caller, cluster, id, told.Details, ct)),
            _ => null,
        };
        return deed is null ? [] : [deed with { MayEnd = false, TestId = $"end-{change.What}" }];
    }

    /// <param name="isRun">It ends by itself; otherwise it is an instance of what runs all the time.</param>
    public static IReadOnlyList<Deed> Of(TaskView task, bool isRun, OperatorCommands commands)
    {
        if (task.EndedAt is not null)
            return [];
        var after = isRun ? "Its run counts as cancelled and is not tried again." : "Another instance is started in its place.";
        Func<DeedTold, Kernel.Caller, CancellationToken, Task<OperatorAnswer>> Ask(bool destroy, bool replace) =>
            (told, caller, ct) => commands.KillAsync(caller, task.Cluster, task.Id, destroy, replace, told.Details, ct);
        var deeds = new List<Deed>
        {
            new("Kill", $"{task.Id} is told to end, and killed when its grace is over. {after}", Ask(false, false))
            { Grade = DeedGrade.Capacity, MayEnd = false },
            new("Destroy", $"{task.Id} is killed at once, without the time to finish what it does. {after}", Ask(true, false))
            { Grade = DeedGrade.Irreversible, NameToType = task.Id, MayEnd = false },
        };
        if (!isRun)
        {
            deeds.Insert(0, new Deed("Replace", $"Another instance starts beside {task.Id}; this one ends when the other is healthy.", Ask(false, true))
            { MayEnd = false, Useless = task.State is "pending" ? "It runs nowhere yet." : null });
        }

        return deeds;
    }

    /// <summary>A deploy under way, or a run.</summary>
    public static IReadOnlyList<Deed> Of(DeployView deploy, OperatorCommands commands)
    {
        if (deploy.State is not ("deploying" or "retiring") || deploy.EndedAt is not null)
            return [];
        if (deploy.Kind == "run-once")
        {
            return
            [
                new Deed("Cancel", $"The run {deploy.Id} is ended; it counts as cancelled.",
                    (told, caller, ct) => commands.CancelRunAsync(caller, deploy.Cluster, deploy.Id, told.Details, ct))
                { Grade = DeedGrade.Capacity, MayEnd = false, TestId = "cancel-run" },
            ];
        }

        var deeds = new List<Deed>();
        if (deploy.Rollout is { } rollout)
        {
            var waits = rollout.HealthySince is null ? "Its group is not healthy yet." : null;
            deeds.Add(new Deed("Advance", $"Group {rollout.Group} of {rollout.Groups} is good: the next one starts now.",
                (told, caller, ct) => commands.AdvanceAsync(caller, deploy.Cluster, deploy.Id, true, told.Details, ct))
            { MayEnd = false, Useless = waits });
            deeds.Add(new Deed("Reject", $"Group {rollout.Group} is bad: the deploy fails, the instances of the one before return.",
                (told, caller, ct) => commands.AdvanceAsync(caller, deploy.Cluster, deploy.Id, false, told.Details, ct))
            { Grade = DeedGrade.Capacity, MayEnd = false, NeedsReason = true, Useless = waits });
        }

        deeds.Add(new Deed("Cancel", $"The deploy {deploy.Id} is given up; the one before stays in force.",
            (told, caller, ct) => commands.CancelDeployAsync(caller, deploy.Cluster, deploy.Id, told.Details, ct))
        { Grade = DeedGrade.Capacity, MayEnd = false, TestId = "cancel-deploy" });
        return deeds;
    }

    private static readonly (string Text, PlacementStrategy? Strategy, bool? Racks)[] Placements =
    [
        ("balanced: fewest instances on the agent, then on the rack", PlacementStrategy.Balanced, null),
        ("greedy: wherever it fits first", PlacementStrategy.Greedy, null),
        ("separate-by-deploy: at most one instance of a deploy on an agent", PlacementStrategy.SeparateByDeploy, null),
        ("separate-by-request: at most one instance of a request on an agent", PlacementStrategy.SeparateByRequest, null),
        ("optimistic: about as many on an agent as the others have", PlacementStrategy.Optimistic, null),
        ("spread-all: one on every active agent", PlacementStrategy.SpreadAll, null),
        ("even over racks, by the strategy of each request", null, true),
        ("whatever the rack, by the strategy of each request", null, false),
    ];

    /// <param name="freeze">In force; null: none.</param>
    /// <param name="placement">In force; null: none.</param>
    public static IReadOnlyList<Deed> Of(
        ClusterView cluster, PriorityFreezeView? freeze, PlacementForcedView? placement, OperatorCommands commands)
    {
        var name = cluster.Name;
        var deeds = new List<Deed>
        {
            new("Reconcile", $"The master of {name} is asked for the state of every task. Nothing is changed by that.",
                (told, caller, ct) => commands.ReconcileAsync(caller, name, told.Details, ct))
            { MayEnd = false, Useless = cluster.State == "subscribed" ? null : "It is not subscribed." },
            new("Freeze priorities", $"Nothing below the level starts in {name}; the rest goes on.",
                (told, caller, ct) => commands.FreezePrioritiesAsync(caller, name, told.Level, told.Chosen, told.Details, ct))
            { Grade = DeedGrade.Capacity, Level = 0.6m, Choice = "kill what runs below it; it returns when the freeze ends" },
            new("Lift freeze", $"Everything in {name} may start again.",
                (told, caller, ct) => commands.FreezePrioritiesAsync(caller, name, null, false, told.Details, ct))
            { MayEnd = false, Useless = freeze is null ? "Nothing is frozen." : null },
            new("Force placement", $"New instances of everything in {name} are placed so, whatever their requests say. What runs stays where it is.",
                (told, caller, ct) => commands.PlaceAsync(caller, name, Placements[told.Option].Strategy, Placements[told.Option].Racks, told.Details, ct))
            { Grade = DeedGrade.Capacity, MayEnd = false, Options = [.. Placements.Select(p => p.Text)] },
            new("Free placement", $"Each request in {name} decides again where its instances go.",
                (told, caller, ct) => commands.PlaceAsync(caller, name, null, null, told.Details, ct))
            { MayEnd = false, Useless = placement is null ? "Nothing is forced." : null },
        };
        if (cluster.State is "failed-over" or "removed")
        {
            deeds.Add(new Deed("Take over", $"Subscribes again with the id {cluster.FrameworkId}: whoever holds it now is thrown out.",
                (told, caller, ct) => commands.ResetFrameworkAsync(caller, name, false, told.Details, ct))
            { Grade = DeedGrade.Irreversible, NameToType = name, MayEnd = false });
            deeds.Add(new Deed("Drop id", "Subscribes as a new framework: every task is started anew, what runs under the old id is no longer ours.",
                (told, caller, ct) => commands.ResetFrameworkAsync(caller, name, true, told.Details, ct))
            { Grade = DeedGrade.Irreversible, NameToType = name, MayEnd = false });
        }

        return deeds;
    }

    private static bool Has(RequestView request, string what) => request.Changes.Any(c => c.What == what);

    private static IReadOnlyList<Deed> Machine(
        string name, string state, string tasks, string it,
        Func<MachineAction, DeedTold, Kernel.Caller, CancellationToken, Task<OperatorAnswer>> ask)
    {
        string? Already(string wanted) => state == wanted ? $"It is {wanted} already." : null;
        return
        [
            new Deed("Freeze", $"{name} keeps its {tasks} and gets no new ones.", (t, a, ct) => ask(MachineAction.Freeze, t, a, ct))
            {
                Useless = Already("frozen"),
            },
            new Deed(
                "Drain", $"The {tasks} are replaced elsewhere, then stopped here. When {it} is empty, {it} is frozen.",
                (t, a, ct) => ask(MachineAction.Drain, t, a, ct))
            {
                Grade = DeedGrade.Capacity, MayKillAtEnd = true, Useless = Already("draining"),
            },
            new Deed(
                "Decommission",
                $"The {tasks} are replaced elsewhere, then stopped here. When {it} is empty, {it} is not used again, also under a new agent id.",
                (t, a, ct) => ask(MachineAction.Decommission, t, a, ct))
            {
                Grade = DeedGrade.Irreversible, MayKillAtEnd = true, NameToType = name, Useless = Already("decommissioned"),
            },
            new Deed("Activate", $"{name} is used again. What had begun to leave still leaves.", (t, a, ct) => ask(MachineAction.Activate, t, a, ct))
            {
                Useless = Already("active"),
            },
        ];
    }

    private static string Tasks(int count) => count == 1 ? "1 task" : $"{count} tasks";
}
