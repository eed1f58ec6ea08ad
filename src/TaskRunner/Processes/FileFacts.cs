using System.ComponentModel;

namespace Pipeline.TaskRunner.Processes;

internal enum FileKind
{
    File,
    Folder,
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Special,
}

/// <summary>What the kernel says of an open file or of a name.</summary>
internal readonly record struct FileFacts(FileKind Kind, (uint Major, uint Minor, ulong Inode) Identity, uint Names, long Bytes, int Mode)
{
    /// <summary>Anybody may execute it.</summary>
    public bool IsExecutable => (Mode & 0b001_001_001) != 0;
}

/// <summary>A call of the kernel that failed; <see cref="Errno"/> says why.</summary>
internal sealed class NativeException(int errno, string what) : IOException($"{what}: {new Win32Exception(errno).Message}")
{
    public const int NotThere = 2;
    public const int NoSuchDevice = 6;
    public const int NotAllowed = 13;
    public const int Exists = 17;
    public const int LeadsOut = 18;
    public const int NoFolder = 20;
    public const int NameTooLong = 36;
    public const int TooManyLinks = 40;

    public int Errno { get; } = errno;
}
