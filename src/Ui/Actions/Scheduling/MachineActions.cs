using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Display;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>What operators can do to an agent or to a whole rack.</summary>
internal sealed class MachineActions(OperatorCommands commands)
{
    public IReadOnlyList<PageAction> Of(AgentView agent) => All(
        new Machine("the agent", agent.Host, agent.State, Plural.Tasks(agent.Tasks)),
        (action, c) => commands.AgentAsync(c.Caller, agent.Cluster, agent.Host, action, c.Input.KillAtExpiry, c.Details, c.Ct));

    public IReadOnlyList<PageAction> Of(RackView rack) => All(
        new Machine(
            "the rack", rack.Name, rack.State,
            $"{Plural.Tasks(rack.Tasks)} on {Plural.Of(rack.AgentsByState.Values.Sum(), "agent", "agents")}"),
        (action, c) => commands.RackAsync(c.Caller, rack.Cluster, rack.Name, action, c.Input.KillAtExpiry, c.Details, c.Ct));

    private static IReadOnlyList<PageAction> All(Machine machine, Func<MachineAction, OperatorCall, Task<OperatorAnswer>> command)
    {
        PageAction Action(string label, string consequence, MachineAction action, string state) =>
            new(label, consequence, OperatorCall.To(label, c => command(action, c)))
            {
                Unavailable = machine.State == state ? $"Already {state}." : null, Questions = new ActionQuestions { Duration = true },
            };
        return
        [
            Action("Freeze", $"{machine.Name} keeps its {machine.Tasks} and gets no new ones.", MachineAction.Freeze, "frozen"),
            Action("Drain", $"{machine.Leaves}, {machine.Noun} is frozen.", MachineAction.Drain, "draining") with
            {
                Severity = ActionSeverity.Capacity, Questions = new ActionQuestions { Duration = true, KillAtExpiry = true },
            },
            Action(
                "Decommission",
                $"{machine.Leaves}, {machine.Noun} is never used again, not even under a new agent id.", MachineAction.Decommission,
                "decommissioned") with
            {
                Severity = ActionSeverity.Irreversible,
                Questions = new ActionQuestions { Duration = true, KillAtExpiry = true, NameToRepeat = machine.Name },
            },
            Action(
                "Activate", $"{machine.Name} is used again. A drain or decommission ends, and the tasks that still run here stay.",
                MachineAction.Activate, "active"),
        ];
    }

    private sealed record Machine(string Noun, string Name, string State, string Tasks)
    {
        public string Leaves => $"The {Tasks} are replaced on other agents, then stopped here. Once {Noun} is empty";
    }
}
