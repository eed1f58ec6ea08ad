using System.CommandLine;
using Pipeline.Cli.Commands.Common;

namespace Pipeline.Cli.Commands.Clusters;

/// <summary><c>pipeline agent …</c></summary>
internal static class AgentCommand
{
    private static readonly MachineNoun Agent = new(
        "agent", "agents", "host",
        [
            new("agent", "host"), new("cluster", "cluster"), new("rack", "rack"), new("state", "state"), new("tasks", "tasks"),
            new("changed by", "machine.by"), new("reason", "machine.reason"), new("until", "machine.until"), new("last seen", "seenAt"),
            new("id", "id"),
        ]);

    private static readonly Argument<string> Name = new("AGENT") { Description = "The agent's host name or id." };

    public static Command Create(CommandFactory factory) => new("agent", "Manage agents: the machines that tasks run on.")
    {
        Agent.List(factory, "List the agents."),
        Agent.Show(factory, "Show an agent.", Name),
        factory.Verb("why", "Explain why an agent is not empty yet, or gets no tasks.", async (session, parsed, ct) =>
        {
            var found = await Agent.FindAsync(session, parsed, parsed.GetValue(Name)!, ct);
            return Explanation.Print(session, await session.Api.GetAsync(Agent.Path(found, "why"), ct));
        }, Name, Agent.Cluster),
        Agent.Change(factory, "freeze", "Give an agent no new tasks; running tasks stay.", Name, empties: false),
        Agent.Change(
            factory, "drain", "Replace an agent's instances elsewhere, then stop them; the empty agent is frozen.", Name, empties: true),
        Agent.Change(
            factory, "decommission", "Drain an agent and never use it again, not even under a new agent id.", Name, empties: true),
        Agent.Change(factory, "activate", "Use an agent again.", Name, empties: false),
    };
}
