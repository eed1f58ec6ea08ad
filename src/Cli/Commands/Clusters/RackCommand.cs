using System.CommandLine;
using Pipeline.Cli.Commands.Common;

namespace Pipeline.Cli.Commands.Clusters;

/// <summary><c>pipeline rack …</c></summary>
internal static class RackCommand
{
    private static readonly MachineNoun Rack = new(
        "rack", "racks", "name",
        [
            new("rack", "name"), new("cluster", "cluster"), new("state", "state"), new("tasks", "tasks"), new("agents", "agentsByState"),
            new("changed by", "machine.by"), new("reason", "machine.reason"), new("until", "machine.until"),
        ]);

    private static readonly Argument<string> Name = new("RACK") { Description = "The rack's name." };

    public static Command Create(CommandFactory factory) => new("rack", "Manage racks: agents that fail together.")
    {
        Rack.List(factory, "List the racks, with their agents by state."),
        Rack.Show(factory, "Show a rack.", Name),
        Rack.Change(factory, "freeze", "Give a rack's agents no new tasks; running tasks stay.", Name, empties: false),
        Rack.Change(factory, "drain", "Replace the instances of a rack's agents elsewhere, then stop them.", Name, empties: true),
        Rack.Change(factory, "decommission", "Drain a rack and never use its agents again.", Name, empties: true),
        Rack.Change(factory, "activate", "Use a rack's agents again.", Name, empties: false),
    };
}
