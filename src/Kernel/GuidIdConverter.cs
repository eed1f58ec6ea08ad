using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Kernel;

/// <summary>Writes an id as its bare UUID string.</summary>
public sealed class GuidIdConverter<T> : JsonConverter<T> where T : struct, IGuidId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.From(reader.GetGuid());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
