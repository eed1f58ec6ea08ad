using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Programs;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Null when a signal ended it.</param>
/// <param name="Message">As a task's last status has it.</param>
/// <param name="Reason">Set when it was ended for exceeding a limit.</param>
internal sealed record ProgramEnd(int? ExitCode, string Message, W.TaskStatus.Types.Reason? Reason)
{
    /// <summary>The kernel ended a process of it: the reason of the end, unless it ended well all the same.</summary>
    public ProgramEnd OutOfMemory(long? limitBytes) => ExitCode == 0 ? this : this with
    {
        Message = $"Memory limit exceeded: Requested: {limitBytes / (1024 * 1024)}MB. {Message}",
        Reason = W.TaskStatus.Types.Reason.ContainerLimitationMemory,
    };
}

/// <summary>The running program of a task: a process group of this machine, or a container.</summary>
internal interface IProgram
{
    int Pid { get; }

    Task<ProgramEnd> End { get; }

    /// <summary>Sends a signal to all of its processes. Never blocks.</summary>
    void Signal(int signal);

    /// <summary>Removes whatever the command left running.</summary>
    Task RemoveAsync();
}
