using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Data;

/// <summary>What kind of thing is in quarantine. Stored.</summary>
internal enum QuarantineKind
{
    /// <summary>A row of the intake; released, it goes back there.</summary>
    Command,

    /// <summary>With its deploys and tasks: they run on, and nothing is decided about them.</summary>
    Request,

    /// <summary>Its updates are not heard, and not acknowledged: the agent keeps them.</summary>
    Task,

    /// <summary>Its offers are not looked at.</summary>
    Agent,

    /// <summary>Something that passed; it is only written down.</summary>
    Event,
}

/// <param name="Payload">What could not be digested, as text.</param>
internal sealed record QuarantineEntry(QuarantineKind Kind, string SubjectId, string Reason, string? Payload = null);

/// <summary>What a term leaves out, and what it found that it must leave out.</summary>
internal sealed class SetAside
{
    private readonly HashSet<(QuarantineKind Kind, string Id)> known = [];

    public List<QuarantineEntry> Found { get; } = [];

    public void Add(QuarantineKind kind, string id) => known.Add((kind, id));

    public bool Holds(QuarantineKind kind, string? id) => id is not null && known.Contains((kind, id));

    /// <summary>Reads rows of requests; one that cannot be read sets its request aside.</summary>
    public List<T> Read<TRow, T>(IEnumerable<TRow> rows, Func<TRow, string> requestOf, Func<TRow, T> decode) =>
        Read(rows, QuarantineKind.Request, requestOf, decode);

    public List<T> Read<TRow, T>(IEnumerable<TRow> rows, QuarantineKind kind, Func<TRow, string> idOf, Func<TRow, T> decode)
    {
        var read = new List<T>();
        foreach (var row in rows)
        {
            var id = idOf(row);
            if (Holds(kind, id))
                continue;
            try
            {
                read.Add(decode(row));
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException or NotSupportedException
                or NullReferenceException or KeyNotFoundException or FormatException)
            {
                Add(kind, id);
                Found.Add(new QuarantineEntry(kind, id, $"a row of {kind.ToString().ToLowerInvariant()} {id} cannot be read: {e.Message}"));
            }
        }

        return read;
    }

    /// <summary>What is left when everything was read: a later row may have set aside what an earlier one belongs to.</summary>
    public IReadOnlyList<T> Left<T>(List<T> read, Func<T, string> requestOf) =>
        [.. read.Where(r => !Holds(QuarantineKind.Request, requestOf(r)))];
}
