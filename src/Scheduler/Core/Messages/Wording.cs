namespace Pipeline.Scheduler.Core.Messages;

/// <summary>Building blocks of the texts that people read.</summary>
internal static class Wording
{
    /// <summary>The stable kebab-case word of an enum value.</summary>
    public static string Word(Enum value) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>The reason after a colon; nothing when there is none.</summary>
    public static string Because(string? reason) => string.IsNullOrEmpty(reason) ? "" : $": {reason}";
}
