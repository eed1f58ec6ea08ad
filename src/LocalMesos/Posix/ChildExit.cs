namespace Pipeline.LocalMesos.Posix;

/// <summary>How a child ended: by exit, or by a signal. .NET's own exit code cannot tell 137 from SIGKILL.</summary>
internal readonly record struct ChildExit(int Status)
{
    public int? Signal => (Status & 0x7f) is > 0 and < 0x7f and var signal ? signal : null;

    public int? ExitCode => Signal is null ? (Status >> 8) & 0xff : null;

    /// <summary>As the command executor puts it into the task's last status.</summary>
    public string Message => Signal is { } signal
        ? $"Command terminated with signal {LibC.SignalName(signal)}"
        : $"Command exited with status {ExitCode}";
}
