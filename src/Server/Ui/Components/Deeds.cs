using System.Globalization;
using Pipeline.Scheduler;

namespace Pipeline.Server.Ui.Components;

/// <summary>What operators can do to agents, racks and requests, in the words of the buttons and their dialogs.</summary>
public static class Deeds
{
    public static IReadOnlyList<Deed> Of(AgentView agent, OperatorCommands commands) => Machine(
        agent.Host, agent.State, Tasks(agent.Tasks), "it",
        (deed, told, actor, ct) => commands.AgentAsync(agent.Cluster, agent.Host, deed, told.KillAtEnd, told.By(actor), ct));

    public static IReadOnlyList<Deed> Of(RackView rack, OperatorCommands commands) => Machine(
        rack.Name, rack.State, $"{Tasks(rack.Tasks)} on {rack.AgentsByState.Values.Sum()} agents", "the rack",
        (deed, told, actor, ct) => commands.RackAsync(rack.Cluster, rack.Name, deed, told.KillAtEnd, told.By(actor), ct));

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
                (told, actor, ct) => commands.ScaleAsync(cluster, id, told.Instances ?? 0, told.Chosen, told.By(actor), ct))
            {
                Grade = DeedGrade.Capacity, Instances = instances ?? 0, Choice = "a drop to less than half is meant",
                Useless = request.ActiveDeploy is null ? "Nothing is deployed yet." : null,
            });
            deeds.Add(new Deed(
                "Bounce", $"Every instance of {id} is replaced by a new one of the same version; the old leave when the new are healthy.",
                (told, actor, ct) => commands.BounceAsync(cluster, id, told.Chosen, told.By(actor), ct))
            {
                Grade = DeedGrade.Capacity, Choice = "one at a time", Useless = request.ActiveDeploy is null ? "Nothing is deployed yet." : null,
            });
        }

        if (request.Kind is "cron" or "on-demand")
        {
            deeds.Add(new Deed(
                "Run", $"{id} runs once, now, beside its schedule.",
                (told, actor, ct) => commands.RunAsync(cluster, id, told.Arguments, told.By(actor), ct))
            { TakesArguments = true, MayEnd = false, Useless = request.ActiveDeploy is null ? "Nothing is deployed yet." : null });
        }

        deeds.Add(new Deed(
            "Pause", $"Nothing of {id} is started until somebody says so. Its {Tasks(request.ActiveTasks)} are stopped, unless they may run on.",
            (told, actor, ct) => commands.PauseAsync(cluster, id, !told.Chosen, told.By(actor), ct))
        { Grade = DeedGrade.Capacity, Choice = "let what runs go on", Useless = pause is null ? null : $"Paused by {pause.By}." });
        deeds.Add(new Deed(
            "Unpause", $"{id} is started again as its deploy says.",
            (told, actor, ct) => commands.UnpauseAsync(cluster, id, told.By(actor), ct))
        { MayEnd = false, Useless = pause is null ? "It is not paused." : null });
        if (request.State == "cooldown")
        {
            deeds.Add(new Deed(
                "Exit cooldown", $"{id} is started again at once instead of after the pause for what fails again and again.",
                (told, actor, ct) => commands.ExitCooldownAsync(cluster, id, told.By(actor), ct))
            { MayEnd = false });
        }

        return deeds;
    }

    private static IReadOnlyList<Deed> Machine(
        string name, string state, string tasks, string it,
        Func<MachineDeed, DeedTold, Kernel.Actor, CancellationToken, Task<OperatorAnswer>> ask)
    {
        string? Already(string wanted) => state == wanted ? $"It is {wanted} already." : null;
        return
        [
            new Deed("Freeze", $"{name} keeps its {tasks} and gets no new ones.", (t, a, ct) => ask(MachineDeed.Freeze, t, a, ct))
            {
                Useless = Already("frozen"),
            },
            new Deed(
                "Drain", $"The {tasks} are replaced elsewhere, then stopped here. When {it} is empty, {it} is frozen.",
                (t, a, ct) => ask(MachineDeed.Drain, t, a, ct))
            {
                Grade = DeedGrade.Capacity, MayKillAtEnd = true, Useless = Already("draining"),
            },
            new Deed(
                "Decommission",
                $"The {tasks} are replaced elsewhere, then stopped here. When {it} is empty, {it} is not used again, also under a new agent id.",
                (t, a, ct) => ask(MachineDeed.Decommission, t, a, ct))
            {
                Grade = DeedGrade.Irreversible, MayKillAtEnd = true, NameToType = name, Useless = Already("decommissioned"),
            },
            new Deed("Activate", $"{name} is used again. What had begun to leave still leaves.", (t, a, ct) => ask(MachineDeed.Activate, t, a, ct))
            {
                Useless = Already("active"),
            },
        ];
    }

    private static string Tasks(int count) => count == 1 ? "1 task" : $"{count} tasks";
}
