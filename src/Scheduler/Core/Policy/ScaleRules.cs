namespace Pipeline.Scheduler.Core.Policy;

internal static class ScaleRules
{
    /// <summary>A drop of more than this, or of more than half of more than this, must be acknowledged.</summary>
    private const int LargeDrop = 10;

    public static bool IsLargeDrop(int from, int to) => from - to > LargeDrop || (from > LargeDrop && (from - to) * 2 > from);
}
