namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>A JSON object of the endpoints that predate the v1 API; it keeps the order of its keys.</summary>
internal sealed class LegacyObject : List<KeyValuePair<string, object?>>
{
    public LegacyObject(params (string Key, object? Value)[] members)
    {
        foreach (var (key, value) in members)
            Add(new KeyValuePair<string, object?>(key, value));
    }

    /// <summary>Adds members after the present ones.</summary>
    public LegacyObject With(params (string Key, object? Value)[] members)
    {
        AddRange(members.Select(m => new KeyValuePair<string, object?>(m.Key, m.Value)));
        return this;
    }
}
