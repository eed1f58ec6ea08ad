using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Resources;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views;

/// <summary>The command executor of a task as an agent's API shows it. It has no process here.</summary>
internal static class CommandExecutorInfo
{
    /// <summary>In cores, besides those of the task.</summary>
    public const double Cpus = 0.1;

    /// <summary>In MiB, besides that of the task.</summary>
    public const long Memory = 32;

    private const int MaxCommandLength = 15;
    private const int ShownOfLonger = 12;

    public static ExecutorInfo Of(AgentTask task)
    {
        var id = task.TaskId;
        var command = task.Launch.Info.Command;
        var words = command.Shell ? $"sh -c '{command.Value}'" : string.Join(' ', command.Arguments.Prepend(command.Value));
        var shown = command.Shell && command.Value.Length > MaxCommandLength
            ? $"sh -c '{command.Value[..ShownOfLonger]}...')"
            : words + ")";
        return new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = id },
            FrameworkId = new FrameworkID { Value = task.FrameworkId },
            Command = new CommandInfo { Shell = false, Value = "mesos-executor", Arguments = { "mesos-executor" } },
            Resources = { ResourceSet.Parse($"cpus:{Cpus};mem:{Memory}").ToWire(task.Launch.Role, withRole: false) },
            Name = $"Command Executor (Task: {id}) (Command: {shown}",
            Source = id,
            Labels = task.Launch.Info.Labels,
        };
    }
}
