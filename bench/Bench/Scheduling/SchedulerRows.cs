namespace Pipeline.Bench.Scheduling;

/// <summary>The rows of the scheduler.</summary>
internal static class SchedulerRows
{
    /// <param name="row"><c>core</c>, <c>database</c>, <c>wire</c> or <c>failover</c>; null: every row, one after the other.</param>
    public static async Task RunAsync(string? row)
    {
        if (row is null or "core")
            Core();
        if (row is null or "database")
            await SchedulerLoad.RunAsync(22_500, 2_500);
        if (row is null or "wire")
        {
            await WireLoad.RunAsync(9_000, 1_000);
            await WireLoad.RunAsync(22_500, 10_000);
        }

        if (row is null or "failover")
            await FailoverLoad.RunAsync(10_000, 1_000);
    }

    private static void Core()
    {
        PlacementLoad.Run(22_500, 2_500);
        SchedulerLoad.CoreOnly(22_500, 2_500);
        SchedulerLoad.CoreOnly(100_000, 10_000);
    }
}
