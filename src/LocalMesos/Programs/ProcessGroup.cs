using Pipeline.LocalMesos.Posix;

namespace Pipeline.LocalMesos.Programs;

/// <summary>A process with its group and session.</summary>
internal sealed class ProcessGroup(int pid, Task<ChildExit> exit, RunningGroups running) : IProgram
{
    public int Pid => pid;

    /// <summary>How the leader ended, as waitpid(2) says it.</summary>
    public Task<ChildExit> Exit => exit;

    public Task<ProgramEnd> End { get; } = EndOf(exit);

    public void Signal(int signal) => Sessions.Signal(pid, signal);

    public Task RemoveAsync()
    {
        Sessions.Signal(pid, LibC.SigKill);
        running.Remove(pid);
        return Task.CompletedTask;
    }

    private static async Task<ProgramEnd> EndOf(Task<ChildExit> exit)
    {
        var end = await exit;
        return new ProgramEnd(end.ExitCode, end.Message, null);
    }
}
