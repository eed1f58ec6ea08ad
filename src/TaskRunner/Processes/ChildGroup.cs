using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Processes;

/// <summary>A command with all it starts: signalled together, and never outliving the runner.</summary>
/// <remarks>
/// It is started through this very program (<c>--exec</c>), which makes a process group and asks the kernel to kill it with its parent.
/// The kernel means the parent <em>thread</em>, so the thread that starts the child waits for it too. In a view of its own the command is
/// in another session and in another namespace of process ids, whose first process is bubblewrap's: signals go to that one's group, which
/// is the command's, and when that one ends the kernel has ended everything else in it. What makes the view is watched by a
/// <see cref="Guard"/>, which is its parent.
/// </remarks>
internal sealed class ChildGroup
{
    public const string ExecArgument = "--exec";
    private const int LongestComplaint = 4000;
    private const int EndPatience = 30_000;

    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Launch launch;
    private int first;
    private int firstHandle = -1;

    private ChildGroup(Launch launch) => this.launch = launch;

    /// <summary>Exit code, 128 + signal when a signal ended it. Nothing that it started runs any more in a view of its own.</summary>
    public Task<int> Exited => exited.Task;

    /// <summary>The process above all of them; null where they may leave it.</summary>
    public int? Top => launch.IsPrivate ? Id : null;

    public Stream Output { get; private set; } = Stream.Null;

    private int Id { get; set; }

    /// <exception cref="InfraException">The machine could not start a process, or could not isolate it.</exception>
    public static async Task<ChildGroup> StartAsync(Launch launch)
    {
        var group = new ChildGroup(launch);
        new Thread(group.StartAndWait) { IsBackground = true, Name = "child" }.Start();
        try
        {
            await group.started.Task;
            return group;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InfraException($"{launch.Command[0]} could not be started: {e.Message}", e);
        }
        finally
        {
            if (launch.Secret is { } file)
                File.Delete(file);
        }
    }

    public void Signal(int signal) => Native.SignalGroup(first == 0 || signal == Native.SigKill ? Id : first, signal);

    /// <summary>TERM, and KILL to everything that is left when the command is not gone after the grace.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        Signal(Native.SigTerm);
        await Task.WhenAny(Exited, Task.Delay(grace, time, CancellationToken.None));
        Signal(Native.SigKill);
    }

    private void StartAndWait()
    {
        var self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var stage = launch.IsPrivate ? Guard.Argument : ExecArgument;
        var start = new ProcessStartInfo(Environment.ProcessPath!, [stage, self, .. launch.Command])
        {
            WorkingDirectory = launch.Directory, RedirectStandardOutput = true, UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in launch.Environment)
            start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            Id = process.Id;
            Output = process.StandardOutput.BaseStream;
            if (launch.IsPrivate)
                Enter(process.Id);
            started.SetResult();
            process.WaitForExit();
            Native.WaitForEnd(EndPatience, firstHandle);
            exited.SetResult(process.ExitCode);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InfraException)
        {
            started.TrySetException(e);
        }
    }

    /// <exception cref="InfraException">The program in the view does not say that it is there.</exception>
    private void Enter(int guard)
    {
        var line = new StringBuilder();
        int next;
        while ((next = Output.ReadByte()) >= 0 && line.Length < LongestComplaint)
        {
            if (next != '\n')
                line.Append((char)next);
            else if (line.ToString() == launch.Sign)
            {
                first = Children.FirstOf(guard) is { } bubblewrap ? Children.FirstOf(bubblewrap) ?? 0 : 0;
                firstHandle = first == 0 ? -1 : Native.OpenProcess(first);
                return;
            }
            else
                line.Append(' ');
        }

        throw new InfraException(
            $"This agent cannot isolate tasks: {line.ToString().Trim()} Install bubblewrap and let its users make namespaces, or let "
            + "something else isolate them (PIPELINE_ISOLATION, docs/security.md).");
    }
}
