using Pipeline.LocalMesos.Posix;

namespace Pipeline.LocalMesos.Programs;

/// <summary>Starts processes, and keeps those of tasks on record until they end, so that none outlives a crash of localmesos.</summary>
internal sealed class ProcessLauncher(ChildReaper children, RunningGroups running)
{
    /// <exception cref="IOException">The program cannot be started.</exception>
    public ProcessGroup Start(ChildStart start)
    {
        var (pid, exit) = children.Start(start);
        running.Add(pid);
        return new ProcessGroup(pid, exit, running);
    }

    /// <summary>Runs a short command, such as a check, and kills it when the token is cancelled.</summary>
    /// <exception cref="IOException">The program cannot be started.</exception>
    public async Task<ChildExit> RunAsync(ChildStart start, CancellationToken ct)
    {
        var (pid, exit) = children.Start(start);
        await using var onCancel = ct.Register(() => Sessions.Signal(pid, LibC.SigKill));
        return await exit;
    }
}
