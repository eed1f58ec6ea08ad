using System.Text.Json;

namespace Pipeline.Scheduler.Data;

internal static class RowText
{
    public static string Kebab(string enumName) => JsonNamingPolicy.KebabCaseLower.ConvertName(enumName);

    public static DateTimeOffset Utc(this DateTime at) => new(DateTime.SpecifyKind(at, DateTimeKind.Utc));

    public static DateTimeOffset? Utc(this DateTime? at) => at?.Utc();
}
