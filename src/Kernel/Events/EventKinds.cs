using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Kernel.Events;

/// <summary>The stored name of a type of event, <c>commit.pushed</c> for example. Names are stored: never rename one.</summary>
public sealed record EventKind
{
    private EventKind(Type type, string name) => (Type, Name) = (type, name);

    /// <summary>The record that carries the event.</summary>
    public Type Type { get; }

    /// <summary>As it is stored and as clients see it.</summary>
    public string Name { get; }

    /// <summary>A kind for a slice to register.</summary>
    public static EventKind Of<T>(string name)
        where T : JournalEvent => new(typeof(T), name);
}

/// <summary>All kinds of events that this server knows, as the slices registered them, and their JSON.</summary>
public sealed class EventKinds
{
    /// <summary>A stored event that lacks a member, or has none where one must be, is one that this server cannot read.</summary>
    private static readonly JsonSerializerOptions Strict = new(StoredJson.Options)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    private readonly FrozenDictionary<Type, string> names;
    private readonly FrozenDictionary<string, Type> types;

    /// <exception cref="ArgumentException">Two kinds have one name, or one type has two.</exception>
    public EventKinds(IEnumerable<EventKind> kinds)
    {
        var all = kinds.Distinct().ToList();
        names = all.ToFrozenDictionary(k => k.Type, k => k.Name);
        types = all.ToFrozenDictionary(k => k.Name, k => k.Type, StringComparer.Ordinal);
    }

    /// <summary>Every name, in no order.</summary>
    public IReadOnlyCollection<string> Names => types.Keys;

    /// <summary>The stored name of an event's type.</summary>
    /// <exception cref="InvariantViolatedException">No slice registered the type.</exception>
    public string NameOf(JournalEvent happened)
    {
        if (happened is UnknownEvent unknown)
            return unknown.Kind;
        Invariant.Require(names.TryGetValue(happened.GetType(), out var name));
        return name!;
    }

    /// <summary>The payload as it is stored, a JSON object: <c>kind</c>, then the event's members.</summary>
    public string PayloadOf(JournalEvent happened)
    {
        if (happened is UnknownEvent unknown)
            return unknown.Payload.GetRawText();
        var members = JsonSerializer.Serialize(happened, happened.GetType(), StoredJson.Options);
        return $"{{\"kind\":\"{NameOf(happened)}\"{(members == "{}" ? "" : ",")}{members.AsSpan(1)}";
    }

    /// <summary>The event of a stored row; <see cref="UnknownEvent"/> when this server does not know the kind or cannot read it.</summary>
    public JournalEvent Read(string kind, string payload)
    {
        if (types.TryGetValue(kind, out var type))
        {
            try
            {
                if (JsonSerializer.Deserialize(payload, type, Strict) is JournalEvent read)
                    return read;
            }
            catch (JsonException)
            {
                // A newer server wrote a member that this one cannot read; the row itself is not in doubt.
            }
        }

        using var document = JsonDocument.Parse(payload);
        return new UnknownEvent(kind, document.RootElement.Clone());
    }
}

/// <summary>Registration of a slice's kinds of events.</summary>
public static class EventKindRegistration
{
    /// <summary>Adds kinds; a server knows the kinds of all slices that it is made of.</summary>
    public static IServiceCollection AddEventKinds(this IServiceCollection services, params IReadOnlyList<EventKind> kinds)
    {
        foreach (var kind in kinds)
            services.AddSingleton(kind);
        return services;
    }
}
