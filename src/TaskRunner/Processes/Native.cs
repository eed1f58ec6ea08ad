using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.TaskRunner.Processes;

/// <summary>The few calls of libc about processes that the BCL does not offer (Linux).</summary>
internal static partial class Native
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    private const int LastSignal = 31;
    private const int PrSetPDeathSig = 1;
    private const int PrSetDumpable = 4;
    private const int PrSetChildSubreaper = 36;
    private const int PrDropBounding = 24; // PR_CAPBSET_DROP
    private const int PrSetNoNewPrivileges = 38;
    private const int LastCapability = 40; // CAP_CHECKPOINT_RESTORE; a number that the kernel does not know is refused, no more
    private const uint CapabilityVersion = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
    private const nint PidFdOpen = 434; // syscalls(2): the same number on every architecture
    private const short PollIn = 1;
    private const int ReadWrite = 2;
    private static bool IsInterrupted => Marshal.GetLastPInvokeError() == 4; // EINTR

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

    /// <summary>
    /// Makes this process what the runner's child has to be before it is another program: leader of its own group, without input, both
    /// outputs in one pipe (so that their lines keep their order), the default actions of all signals.
    /// </summary>
    /// <returns>False when <paramref name="runner"/>, which asked for it, is gone already.</returns>
    public static bool TryLeadGroup(int runner)
    {
        _ = SetPgid(0, 0);
        var nothing = Open("/dev/null", ReadWrite);
        _ = Dup2(nothing, 0);
        _ = Dup2(1, 2);
        RestoreDefaults();
        return GetParent() == runner;
    }

    /// <summary>Killed when the thread ends that started it. The kernel tells nobody of a death before the question.</summary>
    public static void DieWithParent() => _ = PrCtl(PrSetPDeathSig, SigKill, 0, 0, 0);

    /// <summary>What loses its parent below this process becomes its child, however it went away.</summary>
    public static void AdoptOrphans() => _ = PrCtl(PrSetChildSubreaper, 1, 0, 0, 0);

    /// <summary>Starts a program whose path comes first, with the variables of this one.</summary>
    /// <returns>0, or the errno.</returns>
    public static unsafe int Start(string[] arguments, out int child)
    {
        fixed (byte** value = Pointers(arguments), name = Pointers(OwnVariables()))
            return Spawn(out child, value[0], 0, 0, value, name);
    }

    /// <summary>Waits until a child has ended.</summary>
    /// <param name="child">Its process id, or -1 for any.</param>
    /// <param name="code">Its exit code, 128 + signal when a signal ended it.</param>
    /// <returns>False when there is none.</returns>
    public static bool WaitForChild(int child, out int code)
    {
        int ended, status;
        while ((ended = WaitPid(child, out status, 0)) < 0 && IsInterrupted)
            continue;
        // wait(2): the signal is in the low seven bits, the code in the next byte.
        code = (status & 0x7f) is not 0 and var signal ? 128 + signal : (status >> 8) & 0xff;
        return ended > 0;
    }

    public static int EffectiveUser() => (int)GetEffectiveUser();

    /// <summary>Gives up root for good: groups, capabilities of every kind, and the way back.</summary>
    /// <returns>0, or the errno of what failed.</returns>
    public static unsafe int BecomeUser(int user)
    {
        for (nuint capability = 0; capability <= LastCapability; capability++)
            _ = PrCtl(PrDropBounding, capability, 0, 0, 0);
        if (SetGroups(0, 0) != 0 || SetGroup((uint)user, (uint)user, (uint)user) != 0 || SetUser((uint)user, (uint)user, (uint)user) != 0
            || PrCtl(PrSetNoNewPrivileges, 1, 0, 0, 0) != 0)
            return Marshal.GetLastPInvokeError();
        // Version and thread; then effective, permitted and inheritable, in two halves.
        var header = stackalloc uint[2] { CapabilityVersion, 0 };
        var none = stackalloc uint[6] { 0, 0, 0, 0, 0, 0 };
        return CapSet(header, none) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>To the standard output, past every buffer.</summary>
    /// <returns>False when nobody reads it any more.</returns>
    public static unsafe bool TryWriteLine(string line)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(line + "\n");
        fixed (byte* start = bytes)
            return Write(1, start, (nuint)bytes.Length) == bytes.Length;
    }

    /// <returns>0, or the errno.</returns>
    public static int ChangeDirectory(string path) => ChDir(path) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Turns this process into another program, with exactly these variables; null: with those that it has.</summary>
    /// <returns>Only when it failed: the errno.</returns>
    public static unsafe int Become(string[] arguments, string[]? variables = null)
    {
        RestoreDefaults();
        var (values, names) = (Pointers(arguments), Pointers(variables ?? OwnVariables()));
        fixed (byte** value = values, name = names)
            _ = ExecVE(value[0], value, name);
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>A handle of a process that is no other, even when its number is used again; negative when it has ended.</summary>
    public static int OpenProcess(int id) => (int)SysCall(PidFdOpen, id, 0);

    /// <summary>Waits until one of the processes of <see cref="OpenProcess"/> has ended, and closes the handles.</summary>
    /// <param name="milliseconds">The longest wait; negative for no end.</param>
    /// <returns>Which it is; negative when none has ended, or none is open.</returns>
    public static unsafe int WaitForEnd(int milliseconds, params int[] handles)
    {
        var waiting = handles.Select(h => new PollDescriptor { Handle = h, Events = PollIn }).ToArray();
        fixed (PollDescriptor* first = waiting)
        {
            while (handles.Max() >= 0 && Poll(first, (nuint)waiting.Length, milliseconds) < 0 && IsInterrupted)
                continue;
        }

        Array.ForEach(handles, h => _ = Close(h));
        return Array.FindIndex(waiting, w => w.Returned != 0);
    }

    public static void SignalOne(int process, int signal) => _ = Kill(process, signal);

    private static string[] OwnVariables() =>
        [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(v => $"{v.Key}={v.Value}")];

    private static void RestoreDefaults()
    {
        for (var signal = 1; signal <= LastSignal; signal++)
            RestoreDefault(signal);
    }

    private static unsafe byte*[] Pointers(string[] texts)
    {
        var pointers = new byte*[texts.Length + 1];
        for (var i = 0; i < texts.Length; i++)
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return pointers;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Handle;
        public short Events;
        public short Returned;
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

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static unsafe partial int Spawn(out int child, byte* file, nint actions, nint attributes, byte** arguments, byte** variables);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int child, out int status, int options);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static unsafe partial int ExecVE(byte* file, byte** arguments, byte** variables);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static unsafe partial int CapSet(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChDir(string path);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(int handle, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SysCall(nint number, nint first, nint second);
}

/// <summary>
/// Files by handle and by the bytes of their names, as libc has them (Linux 5.6 or newer). The BCL takes names that are UTF-8 only, and
/// opens whatever a link leads to. Names are texts of one character a byte (Latin-1), so that no byte is lost.
/// </summary>
internal static partial class NativeFiles
{
    public const int ReadOnly = 0x800 | 0x100 | CloseOnExec; // never waits for the other end of a pipe, never takes a terminal
    public const int CreateNew = 0x2 | 0x40 | 0x80 | CloseOnExec;

    /// <summary>Nothing above the folder, and no link at all.</summary>
    public const ulong WithoutLinks = Beneath | 0x4;

    /// <summary>Nothing above the folder; links that stay below it are followed.</summary>
    public const ulong Beneath = 0x8 | 0x2;
    private const int CloseOnExec = 0x80000;
    private const int DirectoryOnly = 0x10000;
    private const int OpenAt2 = 437;
    private const int Here = 0x1000, NoFollow = 0x100; // AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7ff;
    private const int LongestTarget = 4096;
    private const int MostTries = 10_000;
    private static bool IsUnsure => Marshal.GetLastPInvokeError() == 11; // EAGAIN

    /// <summary>A folder of our own, by its path.</summary>
    public static SafeFileHandle OpenFolder(string path) =>
        new(Checked(Open(Encoding.UTF8.GetBytes(path + '\0'), DirectoryOnly | CloseOnExec), path), ownsHandle: true);

    /// <summary>What has the name below the folder.</summary>
    /// <exception cref="NativeException">It is not there, lies elsewhere, or may not be opened.</exception>
    public static SafeFileHandle OpenBelow(SafeFileHandle folder, string name, int flags, ulong rule, int mode = 0)
    {
        var how = new OpenHow { Flags = (uint)flags, Mode = (uint)mode, Resolve = rule };
        var (path, opened, tries) = (Bytes(name), (nint)(-1), MostTries);
        // While anything is renamed anywhere on the machine, the kernel cannot be sure of a "..": openat2(2), EAGAIN.
        while ((opened = OpenAt(OpenAt2, folder, path, ref how, Marshal.SizeOf<OpenHow>())) < 0 && IsUnsure && --tries > 0)
            continue;
        return new((int)Checked(opened, name), ownsHandle: true);
    }

    public static SafeFileHandle OpenFolderBelow(SafeFileHandle folder, string name) =>
        OpenBelow(folder, name.Length == 0 ? "." : name, DirectoryOnly | CloseOnExec, WithoutLinks);

    /// <summary>Of what is open.</summary>
    public static FileFacts FactsOf(SafeFileHandle file) => FactsOf(file, "");

    /// <summary>Of what has the name in the folder; of a link itself.</summary>
    public static FileFacts FactsOf(SafeFileHandle folder, string name)
    {
        var facts = default(Statx);
        Checked(StatX(folder, Bytes(name), Here | NoFollow, BasicStats, ref facts), name);
        var kind = (facts.Mode & 0xf000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0xa000 => FileKind.Link,
            _ => FileKind.Special,
        };
        return new FileFacts(
            kind, (facts.DeviceMajor, facts.DeviceMinor, facts.Inode), facts.Links, (long)facts.Size, facts.Mode & 0xfff);
    }

    /// <summary>What is in the folder, in no order.</summary>
    public static unsafe List<string> NamesIn(SafeFileHandle folder)
    {
        var names = new List<string>();
        var own = OpenFolderBelow(folder, "");
        var stream = FdOpenDir(own.DangerousGetHandle().ToInt32());
        if (stream == 0)
        {
            own.Dispose();
            throw new NativeException(Marshal.GetLastPInvokeError(), "listing a folder");
        }

        own.SetHandleAsInvalid(); // the stream closes it
        try
        {
            byte* entry;
            while ((entry = ReadDir(stream)) != null)
            {
                var name = Encoding.Latin1.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameInEntry));
                if (name is not ("." or ".."))
                    names.Add(name);
            }

            return Marshal.GetLastPInvokeError() is 0 ? names
                : throw new NativeException(Marshal.GetLastPInvokeError(), "listing a folder");
        }
        finally
        {
            _ = CloseDir(stream);
        }
    }

    public static string TargetOf(SafeFileHandle folder, string name)
    {
        var target = new byte[LongestTarget];
        var length = (int)Checked(ReadLinkAt(folder, Bytes(name), target, LongestTarget), name);
        return Encoding.Latin1.GetString(target, 0, length);
    }

    public static void MakeFolder(SafeFileHandle folder, string name) => Checked(MkDirAt(folder, Bytes(name), 0b111_111_111), name);

    public static void MakeLink(SafeFileHandle folder, string name, string target) =>
        Checked(SymLinkAt(Bytes(target), folder, Bytes(name)), name);

    public static void Remove(SafeFileHandle folder, string name) => Checked(UnlinkAt(folder, Bytes(name), 0), name);

    private static byte[] Bytes(string name) => Encoding.Latin1.GetBytes(name + '\0');

    private static nint Checked(nint result, string name) =>
        result >= 0 ? result : throw new NativeException(Marshal.GetLastPInvokeError(), $"'{RawName.Show(name)}'");

    private const int NameInEntry = 19; // struct dirent of 64-bit Linux: inode, offset, length, type, name

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>The one stat whose layout is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(16)]
        public uint Links;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenAt(nint number, SafeFileHandle folder, byte[] path, ref OpenHow how, nint size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(SafeFileHandle folder, byte[] path, int flags, uint mask, ref Statx facts);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    private static partial nint FdOpenDir(int folder);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static unsafe partial byte* ReadDir(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir", SetLastError = true)]
    private static partial int CloseDir(nint stream);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadLinkAt(SafeFileHandle folder, byte[] path, byte[] target, nuint size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkDirAt(SafeFileHandle folder, byte[] path, int mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymLinkAt(byte[] target, SafeFileHandle folder, byte[] path);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(SafeFileHandle folder, byte[] path, int flags);
}
