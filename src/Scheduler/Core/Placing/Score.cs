namespace Pipeline.Scheduler.Core.Placing;

/// <summary>How good an agent is for a task, apart from where the others are: emptier is better, up to good enough.</summary>
internal static class Score
{
    public const double GoodEnough = 0.4;
    private const double Preferred = 1.5;

    /// <summary>Usage as the agent measures it is not known here: half.</summary>
    private const double UnusedShare = 0.5;

    /// <returns>0 to 0.75; half as much again for a preferred agent.</returns>
    public static double Of(AgentSlot slot, bool preferred)
    {
        var unallocated = 0.4 * Share(slot.Free.Cpus, slot.Total.Cpus) + 0.4 * Share(slot.Free.Memory, slot.Total.Memory)
            + 0.2 * Share(slot.Free.Disk, slot.Total.Disk);
        return (0.5 * unallocated + 0.5 * UnusedShare) * (preferred ? Preferred : 1);
    }

    /// <summary>Agents that are good enough are equal; the others come in steps of a hundredth.</summary>
    public static int Band(AgentSlot slot, bool preferred)
    {
        var score = Of(slot, preferred);
        return score >= GoodEnough ? 0 : 1 + (int)((GoodEnough - score) * 100);
    }

    private static double Share(long free, long total) => total <= 0 ? 0 : Math.Clamp((double)free / total, 0, 1);
}
