namespace Pipeline.Scheduler.Core.Policy;

/// <summary>Time zones by their IANA names, from the machine's own database of them.</summary>
internal static class TimeZones
{
    /// <returns>Null when there is no such zone; names of Windows, which .NET takes too, are none.</returns>
    public static TimeZoneInfo? Find(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone : null;
}
