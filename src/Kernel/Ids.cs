using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Kernel;

// Ids are UUID version 7 (RFC 9562): they sort by creation time, so that a page of the newest rows is an index range.

/// <summary>A forge's repository. The forge's own numeric id is a column of the row; names are labels that may change.</summary>
[JsonConverter(typeof(GuidIdConverter<RepositoryId>))]
public readonly record struct RepositoryId(Guid Value) : IGuidId<RepositoryId>
{
    /// <summary>The id with this UUID.</summary>
    public static RepositoryId From(Guid value) => new(value);
    /// <summary>A new id that sorts by its time.</summary>
    public static RepositoryId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>One attempt to build a commit.</summary>
[JsonConverter(typeof(GuidIdConverter<BuildId>))]
public readonly record struct BuildId(Guid Value) : IGuidId<BuildId>
{
    /// <summary>The id with this UUID.</summary>
    public static BuildId From(Guid value) => new(value);
    /// <summary>A new id that sorts by its time.</summary>
    public static BuildId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>The build of one module inside a build.</summary>
[JsonConverter(typeof(GuidIdConverter<ModuleBuildId>))]
public readonly record struct ModuleBuildId(Guid Value) : IGuidId<ModuleBuildId>
{
    /// <summary>The id with this UUID.</summary>
    public static ModuleBuildId From(Guid value) => new(value);
    /// <summary>A new id that sorts by its time.</summary>
    public static ModuleBuildId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>One release going into one stage.</summary>
[JsonConverter(typeof(GuidIdConverter<PromotionId>))]
public readonly record struct PromotionId(Guid Value) : IGuidId<PromotionId>
{
    /// <summary>The id with this UUID.</summary>
    public static PromotionId From(Guid value) => new(value);
    /// <summary>A new id that sorts by its time.</summary>
    public static PromotionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>What the ids have in common, so that one converter serves all.</summary>
public interface IGuidId<T> where T : struct, IGuidId<T>
{
    /// <summary>The UUID.</summary>
    Guid Value { get; }
    /// <summary>The id with this UUID.</summary>
    static abstract T From(Guid value);
}

/// <summary>Writes an id as its bare UUID string.</summary>
public sealed class GuidIdConverter<T> : JsonConverter<T> where T : struct, IGuidId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.From(reader.GetGuid());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
