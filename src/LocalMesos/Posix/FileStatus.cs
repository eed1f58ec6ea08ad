using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.LocalMesos.Posix;

/// <summary>What statx(2) says of a file that is open already: no name is looked up a second time.</summary>
/// <param name="Mode">Type and permissions, as in <c>st_mode</c>.</param>
internal readonly record struct FileStatus(uint Mode, uint Links, long Bytes, long ModifiedSeconds)
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const int BytesOfBlock = 512; // in st_blocks, whatever the blocks of the file system are
    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS
    private const uint TypeBits = 0xf000;
    private const uint RegularType = 0x8000;
    private const uint DirectoryType = 0x4000;

    /// <summary>The bytes that a file takes on its disk; null when the kernel does not say.</summary>
    public static long? AllocatedOf(string path) =>
        LibC.StatX(WorkingDirectory, path, NoFollow, BasicStatus, out var status) == 0 ? (long)status.Blocks * BytesOfBlock : null;

    public bool IsRegular => (Mode & TypeBits) == RegularType;

    public bool IsDirectory => (Mode & TypeBits) == DirectoryType;

    /// <exception cref="IOException">The kernel does not say.</exception>
    public static FileStatus Of(SafeFileHandle file)
    {
        if (LibC.StatX((int)file.DangerousGetHandle(), "", EmptyPath, BasicStatus, out var status) != 0)
            throw new IOException($"A file cannot be examined: {Marshal.GetLastPInvokeErrorMessage()}");
        return new FileStatus(status.Mode, status.Links, (long)status.Bytes, status.ModifiedSeconds);
    }
}
