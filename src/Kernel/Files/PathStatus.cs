namespace Pipeline.Kernel.Files;

/// <summary>What statx(2) says of a path, of which the BCL gives only a part.</summary>
/// <param name="Mode">Type and permissions, as in <c>st_mode</c>.</param>
internal readonly record struct PathStatus(uint Owner, uint Mode)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS

    /// <summary>The user as whom this process runs.</summary>
    public static uint Self => Native.EffectiveUser();

    public bool IsRegular => (Mode & 0xf000) == 0x8000;

    public bool IsFolder => (Mode & 0xf000) == 0x4000;

    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xfff);

    /// <summary>Null when nothing is there. Links are followed.</summary>
    public static PathStatus? Of(string path) => Native.StatX(CurrentFolder, path, 0, BasicStatus, out var status) == 0
        ? new PathStatus(status.Owner, status.Mode)
        : null;
}
