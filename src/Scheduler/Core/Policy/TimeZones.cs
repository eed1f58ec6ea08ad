using System.Text.RegularExpressions;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>Time zones by their IANA names, from the machine's own database of them.</summary>
internal static partial class TimeZones
{
    private const int Longest = 60;

    /// <returns>
    /// Null when there is no such zone. The system takes any path for a name, and reading <c>/dev/zero</c> as a time zone does not end:
    /// only what looks like a name reaches it.
    /// </returns>
    public static TimeZoneInfo? Find(string name) =>
        name.Length <= Longest && Name().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId
            ? zone
            : null;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){0,2}\z")]
    private static partial Regex Name();
}
