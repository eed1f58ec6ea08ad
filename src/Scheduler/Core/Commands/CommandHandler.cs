using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Judges a command: what is refused changes nothing, and the sender gets the reason.</summary>
internal sealed class CommandHandler(DeployCommands deploys, InstanceCommands instances, StartCommands starts, ClusterCommands cluster)
{
    public CommandOutcome Handle(SchedulerCommand command, DateTimeOffset now) =>
        deploys.Handle(command, now) ?? instances.Handle(command, now) ?? starts.Handle(command, now) ?? cluster.Handle(command, now)
        ?? CommandOutcome.Invalid("command-unknown", $"This server does not know the command {command.GetType().Name}.");
}
