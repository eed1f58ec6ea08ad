using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.LocalMesos.Posix;

/// <summary>Opens files of directories that strangers write to: whatever links they have made there, nothing outside is opened.</summary>
/// <remarks>By openat2(2), Linux 5.6 and later. A pipe or device is not waited for.</remarks>
internal static class OpenBeneath
{
    private const nint OpenAt2 = 437; // syscalls(2): the same number on every architecture, and no function of glibc before 2.39
    private const ulong ReadOnly = 0x800 | 0x80000 | 0x100; // O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
    private const ulong NoMagicLinks = 0x02; // RESOLVE_NO_MAGICLINKS
    private const ulong Beneath = 0x08; // RESOLVE_BENEATH
    private const int Unsure = 11; // EAGAIN
    private const int MostTries = 10_000;

    /// <summary>Opens a directory that no stranger can replace.</summary>
    /// <returns>Null when there is no such directory.</returns>
    public static SafeFileHandle? Trusted(string path) => Open(-100 /* AT_FDCWD */, path, NoMagicLinks);

    /// <summary>Opens a path below an open directory; links may lead to other places below it.</summary>
    /// <param name="path">Relative; empty for the directory itself.</param>
    /// <returns>Null when there is no such file, or it lies elsewhere.</returns>
    public static SafeFileHandle? In(SafeFileHandle directory, string path) =>
        Open((int)directory.DangerousGetHandle(), path.Length == 0 ? "." : path, NoMagicLinks | Beneath);

    /// <summary>The names in an open directory.</summary>
    public static IReadOnlyList<string> Names(SafeFileHandle directory) =>
    [
        .. Directory.GetFileSystemEntries($"/proc/self/fd/{directory.DangerousGetHandle()}").Select(e => Path.GetFileName(e)!)
            .Order(StringComparer.Ordinal),
    ];

    private static SafeFileHandle? Open(int directory, string path, ulong resolve)
    {
        var how = new LibC.OpenHow { Flags = ReadOnly, Resolve = resolve };
        var (handle, tries) = (-1, MostTries);
        // While anything is renamed anywhere on the machine, the kernel cannot be sure of a "..", which a link may have.
        while ((handle = (int)LibC.SysCall(OpenAt2, directory, path, ref how, Marshal.SizeOf<LibC.OpenHow>())) < 0
            && Marshal.GetLastPInvokeError() == Unsure && --tries > 0)
            continue;
        return handle < 0 ? null : new SafeFileHandle(handle, ownsHandle: true);
    }
}
