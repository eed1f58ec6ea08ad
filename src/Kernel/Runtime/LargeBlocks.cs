using Pipeline.Kernel.Files;

namespace Pipeline.Kernel.Runtime;

/// <summary>Large blocks of memory that native libraries take in this process.</summary>
public static class LargeBlocks
{
    private const int LargeBlock = 1 << 20;
    private const int MmapThreshold = -3; // M_MMAP_THRESHOLD of mallopt(3)

    /// <summary>
    /// From now on blocks of 1 MiB and more go back to the system when they are freed. Left to itself glibc raises that bound to the size
    /// of what was freed last, up to 32 MiB, and keeps the blocks below it: libgit2, which has every object whole in memory, would hold on
    /// to the largest commits and files of all threads.
    /// </summary>
    /// <returns>False where the C library has no such setting.</returns>
    public static bool ReturnWhenFreed()
    {
        try
        {
            return Native.MallOpt(MmapThreshold, LargeBlock) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }
}
