using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Kernel.Runtime;

namespace Pipeline.Kernel.Tests.Runtime;

public sealed class LargeBlocksTests
{
    private const int Block = 30_000_000;

    /// <summary>Without it the first large block that is freed raises the bound, and the next ones stay.</summary>
    [Fact]
    public void Large_blocks_go_back_to_the_system_when_they_are_freed()
    {
        Assert.True(LargeBlocks.ReturnWhenFreed());
        Marshal.FreeHGlobal(Touched());
        var before = Resident();

        var (large, small) = (Enumerable.Range(0, 8).Select(_ => Touched()).ToList(), Marshal.AllocHGlobal(1000));
        Assert.InRange(Resident() - before, 6L * Block, long.MaxValue);
        large.ForEach(Marshal.FreeHGlobal);

        Assert.InRange(Resident() - before, long.MinValue, 4L * Block);
        Marshal.FreeHGlobal(small);
    }

    private static IntPtr Touched()
    {
        var block = Marshal.AllocHGlobal(Block);
        for (var i = 0; i < Block; i += 4096)
            Marshal.WriteByte(block, i, 1);
        return block;
    }

    private static long Resident() => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..]
            .Replace("kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);
}
