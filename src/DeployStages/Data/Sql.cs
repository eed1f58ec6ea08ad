using Pipeline.Kernel;

namespace Pipeline.DeployStages.Data;

/// <summary>Conversions from columns to the types of records.</summary>
internal static class Sql
{
    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static DateTimeOffset? Utc(DateTime? time) => time is { } known ? Utc(known) : null;

    public static Digest? Digest(string? text) => text is null ? null : Kernel.Digest.Parse(text);
}
