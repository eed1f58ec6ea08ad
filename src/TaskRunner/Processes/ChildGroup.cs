using System.Diagnostics;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Processes;

/// <summary>A command with all it starts, as one process group: signalled together, and never outliving the runner.</summary>
/// <remarks>
/// It is started through this very program (<c>--exec</c>), which makes the group and asks the kernel to kill it with its parent.
/// The kernel means the parent <em>thread</em>, so the thread that starts the child waits for it too.
/// </remarks>
internal sealed class ChildGroup
{
    public const string ExecArgument = "--exec";
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildGroup()
    {
    }

    /// <summary>Exit code, 128 + signal when a signal ended it.</summary>
    public Task<int> Exited => exited.Task;

    public Stream Output { get; private set; } = Stream.Null;

    private int Id { get; set; }

    /// <summary>Starts a command with exactly this environment.</summary>
    /// <exception cref="InfraException">The machine could not start a process.</exception>
    public static async Task<ChildGroup> StartAsync(
        IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        var group = new ChildGroup();
        new Thread(() => group.StartAndWait(command, directory, environment)) { IsBackground = true, Name = "child" }.Start();
        try
        {
            await group.started.Task;
            return group;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InfraException($"{command[0]} could not be started: {e.Message}", e);
        }
    }

    public void Signal(int signal) => Native.SignalGroup(Id, signal);

    /// <summary>TERM, and KILL to the whole group when it is not gone after the grace.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        Signal(Native.SigTerm);
        await Task.WhenAny(Exited, Task.Delay(grace, time, CancellationToken.None));
        Signal(Native.SigKill);
    }

    private void StartAndWait(IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [ExecArgument, .. command])
        {
            WorkingDirectory = directory, RedirectStandardOutput = true, UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            Id = process.Id;
            Output = process.StandardOutput.BaseStream;
            started.SetResult();
            process.WaitForExit();
            exited.SetResult(process.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            started.TrySetException(e);
        }
    }
}
