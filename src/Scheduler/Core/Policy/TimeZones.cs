namespace Pipeline.Scheduler.Core.Policy;

/// <summary>Time zones by their IANA names, from the machine's own database of them.</summary>
internal static class TimeZones
{
    // Files beside those of the zones: rules for others, and copies with leap seconds, which no clock of a server counts.
    private static readonly string[] NoZones = ["posix/", "right/", "posixrules", "localtime", "Factory"];

    /// <returns>Null when there is no such zone; names of Windows, which .NET takes too, are none.</returns>
    public static TimeZoneInfo? Find(string name) =>
        !NoZones.Any(n => name.StartsWith(n, StringComparison.OrdinalIgnoreCase))
            && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone : null;
}
