using System.Globalization;

namespace Pipeline.People.Http;

internal static class RetryAfter
{
    /// <summary>At least one, so that nobody is told to come back at once.</summary>
    public static string Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
