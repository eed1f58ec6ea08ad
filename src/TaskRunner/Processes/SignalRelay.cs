using System.Runtime.InteropServices;

namespace Pipeline.TaskRunner.Processes;

/// <summary>TERM, INT and HUP: passed on to the child's group when there is one, else they cancel what the runner itself is
/// doing.</summary>
internal sealed class SignalRelay : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly Lock gate = new();
    private ChildGroup? child;
    private int received;

    public SignalRelay()
    {
        // The runtime keeps a signal ignored that is ignored at the first registration.
        foreach (var signal in (int[])[Native.SigTerm, Native.SigInt, Native.SigHup])
            Native.RestoreDefault(signal);
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Receive(c, Native.SigTerm)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Receive(c, Native.SigInt)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => Receive(c, Native.SigHup)),
        ];
    }

    /// <summary>The first signal before a child was named.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>128 + the first signal; null when none came.</summary>
    public int? ExitCode => received == 0 ? null : 128 + received;

    /// <summary>From now on signals go to the child, also one that came too early.</summary>
    public void PassTo(ChildGroup group)
    {
        lock (gate)
        {
            child = group;
            if (received != 0)
                group.Signal(received);
        }
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        stop.Dispose();
    }

    private void Receive(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        lock (gate)
        {
            if (received == 0)
                received = signal;
            if (child is not null)
                child.Signal(signal);
            else
                stop.Cancel();
        }
    }
}
