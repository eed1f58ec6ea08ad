using System.Runtime.InteropServices;

namespace Pipeline.TaskRunner.Processes;

/// <summary>The few calls of libc that the BCL does not offer (Linux).</summary>
internal static partial class Native
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    private const int LastSignal = 31;
    private const int PrSetPDeathSig = 1;
    private const int PrSetDumpable = 4;
    private const int ReadWrite = 2;
    private const int ReadNonBlocking = 0x800 | 0x80000;

    /// <summary>To the whole group that <paramref name="leader"/> leads; to itself alone while it has not made its group yet.</summary>
    public static void SignalGroup(int leader, int signal)
    {
        if (Kill(-leader, signal) != 0)
            _ = Kill(leader, signal);
    }

    /// <summary>The default action again: an ignored signal is inherited as ignored. The runtime ignores SIGPIPE, and what a shell starts
    /// in the background ignores SIGINT, with all its children.</summary>
    public static void RestoreDefault(int signal) => _ = Signal(signal, 0);

    /// <summary>Other processes of the same user can then read neither our memory nor our environment (the token, the ticket).</summary>
    public static void HideFromOthers() => _ = PrCtl(PrSetDumpable, 0, 0, 0, 0);

    /// <summary>A pipe, socket or device: opening it could wait for ever, and it has no content to pack.</summary>
    public static bool IsSpecialFile(string path)
    {
        var handle = Open(path, ReadNonBlocking);
        if (handle < 0)
            return Marshal.GetLastPInvokeError() == 6; // ENXIO: a socket, or a device that is not there
        try
        {
            return LSeek(handle, 0, 1) < 0;
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>
    /// Turns this process into <paramref name="arguments"/>: leader of its own group, killed when the runner dies, no input,
    /// both outputs in one pipe (so that their lines keep their order).
    /// </summary>
    /// <returns>Only when it failed: the errno.</returns>
    public static unsafe int BecomeGroupLeader(string[] arguments)
    {
        _ = SetPgid(0, 0);
        _ = PrCtl(PrSetPDeathSig, SigKill, 0, 0, 0);
        var nothing = Open("/dev/null", ReadWrite);
        _ = Dup2(nothing, 0);
        _ = Dup2(1, 2);
        for (var signal = 1; signal <= LastSignal; signal++)
            RestoreDefault(signal);
        var pointers = stackalloc byte*[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        pointers[arguments.Length] = null;
        _ = ExecV(pointers[0], pointers);
        return Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "setpgid", SetLastError = true)]
    private static partial int SetPgid(int process, int group);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long LSeek(int handle, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true)]
    private static unsafe partial int ExecV(byte* file, byte** arguments);
}
