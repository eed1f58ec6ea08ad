using System.Runtime.InteropServices;

namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// Starts children as leaders of their own sessions and reports how they ended. One thread waits for all of them; this process must
/// not start children by any other means, or that thread would reap their exits.
/// </summary>
internal sealed class ChildReaper
{
    private readonly object gate = new();
    private readonly Dictionary<int, TaskCompletionSource<ChildExit>> running = [];

    public ChildReaper() => new Thread(Reap, 128 * 1024) { IsBackground = true, Name = "child reaper" }.Start();

    /// <exception cref="IOException">The program cannot be started.</exception>
    public (int Pid, Task<ChildExit> Exit) Start(ChildStart start)
    {
        var exit = new TaskCompletionSource<ChildExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            // Inside the lock, so that an exit cannot be reaped before it is known here.
            var pid = Spawn(start);
            running[pid] = exit;
            Monitor.Pulse(gate);
            return (pid, exit.Task);
        }
    }

    private void Reap()
    {
        while (true)
        {
            lock (gate)
            {
                while (running.Count == 0)
                    Monitor.Wait(gate);
            }

            var pid = LibC.WaitPid(-1, out var status, 0);
            TaskCompletionSource<ChildExit>? exit;
            lock (gate)
                running.Remove(pid, out exit);
            exit?.SetResult(new ChildExit(status));
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
