using System.CommandLine;
using System.CommandLine.Help;
using Pipeline.Cli.Commands.Administration;
using Pipeline.Cli.Commands.Clusters;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Commands.Delivery;
using Pipeline.Cli.Commands.Requests;
using Pipeline.Cli.Commands.Routes;
using Pipeline.Cli.Commands.Tasks;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands;

/// <summary>All commands: noun, then verb, the same verbs on every noun.</summary>
internal static class CommandTree
{
    // The same on every terminal and in a pipe: the help is a reviewed text.
    private const int HelpWidth = 100;

    public static RootCommand Create(GlobalOptions globals, HostEnvironment host)
    {
        var root = new RootCommand("Continuous delivery: git push → build → infra-qa → product-qa → production.");
        foreach (var option in globals.All)
            root.Add(option);
        foreach (var action in root.Options.OfType<HelpOption>().Select(o => o.Action).OfType<HelpAction>())
            action.MaxWidth = HelpWidth;
        foreach (var command in Commands(new CommandFactory(globals, host)))
            root.Add(command);
        root.Add(HelpCommand.Create(host.Out));
        return root;
    }

    private static Command[] Commands(CommandFactory factory) =>
    [
        StatusCommand.Create(factory),
        WatchCommand.Create(factory),
        OpenCommand.Create(factory),
        LogCommand.Create(factory),
        RepositoryCommand.Create(factory),
        CommitCommand.Create(factory),
        BuildCommand.Create(factory),
        ReleaseCommand.Create(factory),
        PromotionCommand.Create(factory),
        DeployableCommand.Create(factory),
        RouteCommand.Create(factory),
        RequestCommand.Create(factory),
        DeployCommand.Create(factory),
        TaskCommand.Create(factory),
        ClusterCommand.Create(factory),
        AgentCommand.Create(factory),
        RackCommand.Create(factory),
        FailureCommand.Create(factory),
        TokenCommand.Create(factory),
        VersionCommand.Create(factory),
    ];
}
