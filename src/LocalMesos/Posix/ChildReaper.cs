using System.Runtime.InteropServices;

namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// Starts children as leaders of their own sessions and reports how they ended. Waits for its own children only: those of others in this
/// process are not ours to reap, and the runtime ends the process when one of its own was taken from it.
/// </summary>
internal sealed class ChildReaper
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, TaskCompletionSource<ChildExit>> running = [];

    /// <summary>Ends when it is collected: kept as long as there are children to come.</summary>
    private readonly PosixSignalRegistration exits;

    public ChildReaper() => exits = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Reap());

    /// <exception cref="IOException">The program cannot be started.</exception>
    public (int Pid, Task<ChildExit> Exit) Start(ChildStart start)
    {
        var exit = new TaskCompletionSource<ChildExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            // Inside the lock, so that the signal of its exit finds it here.
            var pid = Spawn(start);
            running[pid] = exit;
            return (pid, exit.Task);
        }
    }

    // Signals that come close together arrive as one: it stands for any number of exits.
    private void Reap()
    {
        lock (gate)
        {
            foreach (var (pid, exit) in running)
            {
                if (LibC.WaitPid(pid, out var status, LibC.NoHang) != pid)
                    continue;
                running.Remove(pid);
                exit.SetResult(new ChildExit(status));
            }
        }
    }

    private static int Spawn(ChildStart start)
    {
        var memory = Marshal.AllocHGlobal(3 * LibC.OpaqueBytes);
        var (actions, attributes, signals) = (memory, memory + LibC.OpaqueBytes, memory + (2 * LibC.OpaqueBytes));
        _ = LibC.ActionsInit(actions);
        _ = LibC.AttributesInit(attributes);
        try
        {
            _ = LibC.ActionsOpen(actions, 0, "/dev/null", LibC.OpenReadOnly, 0);
            _ = LibC.ActionsOpen(actions, 1, start.Stdout, LibC.OpenAppend, 0x1a4 /* 0644 */);
            _ = LibC.ActionsOpen(actions, 2, start.Stderr, LibC.OpenAppend, 0x1a4);
            _ = LibC.ActionsChangeDirectory(actions, start.Directory);
            // The runtime ignores SIGPIPE and blocks signals now and then; a task must inherit neither.
            _ = LibC.FillSignalSet(signals);
            _ = LibC.AttributesSetSignalDefaults(attributes, signals);
            _ = LibC.EmptySignalSet(signals);
            _ = LibC.AttributesSetSignalMask(attributes, signals);
            _ = LibC.AttributesSetFlags(attributes, LibC.SpawnSetSignalDefaults | LibC.SpawnSetSignalMask | LibC.SpawnNewSession);
            string?[] environment = [.. start.Environment.Select(v => $"{v.Key}={v.Value}"), null];
            var error = LibC.Spawn(out var pid, start.Path, actions, attributes, [.. start.Arguments, null], environment);
            return error == 0
                ? pid
                : throw new IOException($"{start.Path} cannot be started in {start.Directory}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        finally
        {
            _ = LibC.ActionsDestroy(actions);
            _ = LibC.AttributesDestroy(attributes);
            Marshal.FreeHGlobal(memory);
        }
    }
}
