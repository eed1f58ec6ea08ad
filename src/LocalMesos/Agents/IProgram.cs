using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Null when a signal ended it.</param>
/// <param name="Reason">Set when it was ended for what it used.</param>
internal sealed record ProgramEnd(int? ExitCode, string Message, W.TaskStatus.Types.Reason? Reason);

/// <summary>What runs for a task: a process group of this machine, or a container.</summary>
internal interface IProgram
{
    int Pid { get; }

    Task<ProgramEnd> End { get; }

    /// <summary>To all of its processes. Never waits.</summary>
    void Signal(int signal);

    /// <summary>Takes away what the command left behind.</summary>
    Task RemoveAsync();
}

/// <summary>A process group.</summary>
internal sealed class ProcessGroup : IProgram
{
    private readonly AgentContext context;

    private ProcessGroup(AgentContext context, int pid, Task<ProgramEnd> end) => (this.context, Pid, End) = (context, pid, end);

    public int Pid { get; }

    public Task<ProgramEnd> End { get; }

    /// <exception cref="IOException">The program cannot be started.</exception>
    public static ProcessGroup Start(AgentContext context, ChildStart start)
    {
        var (pid, exit) = context.Children.Start(start);
        context.Groups.Add(pid);
        return new ProcessGroup(context, pid, EndOf(exit));
    }

    public void Signal(int signal) => LibC.KillGroup(Pid, signal);

    public Task RemoveAsync()
    {
        LibC.KillGroup(Pid, LibC.SigKill);
        context.Groups.Remove(Pid);
        return Task.CompletedTask;
    }

    private static async Task<ProgramEnd> EndOf(Task<ChildExit> exit)
    {
        var end = await exit;
        return new ProgramEnd(end.ExitCode, end.Message, null);
    }
}
