using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Kernel;

/// <summary>How values are written into <c>jsonb</c> columns and digests. Changing it changes what is stored: never do.</summary>
public static class StoredJson
{
    /// <summary>camelCase members, enumerations as kebab-case words.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };
}
