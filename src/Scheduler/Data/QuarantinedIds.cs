namespace Pipeline.Scheduler.Data;

/// <summary>What kind of thing is in quarantine. Stored.</summary>
internal enum QuarantineKind
{
    /// <summary>A row of the command queue; released, it returns there.</summary>
    Command,

    /// <summary>With its deploys and tasks: they run on, unmanaged.</summary>
    Request,

    /// <summary>Its updates are neither handled nor acknowledged: the agent keeps them.</summary>
    Task,

    /// <summary>Its offers are ignored.</summary>
    Agent,

    /// <summary>Something that passed; it is only recorded.</summary>
    Event,
}

/// <summary>Something for the quarantine.</summary>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="SubjectId">The id of the command, request, task or agent.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Payload">What could not be processed, as text.</param>
internal sealed record QuarantineEntry(QuarantineKind Kind, string SubjectId, string Reason, string? Payload = null);

/// <summary>What a term leaves out: what was in quarantine when it began, and rows that it could not read.</summary>
internal sealed class QuarantinedIds
{
    private readonly HashSet<(QuarantineKind Kind, string Id)> known = [];

    public List<QuarantineEntry> Found { get; } = [];

    public void Add(QuarantineKind kind, string id) => known.Add((kind, id));

    public bool Contains(QuarantineKind kind, string? id) => id is not null && known.Contains((kind, id));

    /// <summary>Reads rows of requests; the request of one that cannot be read is quarantined.</summary>
    public List<T> Read<TRow, T>(IEnumerable<TRow> rows, Func<TRow, string> requestOf, Func<TRow, T> decode) =>
        Read(rows, QuarantineKind.Request, requestOf, decode);

    public List<T> Read<TRow, T>(IEnumerable<TRow> rows, QuarantineKind kind, Func<TRow, string> idOf, Func<TRow, T> decode)
    {
        var read = new List<T>();
        foreach (var row in rows)
        {
            var id = idOf(row);
            if (Contains(kind, id))
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

    /// <summary>What is left when everything was read: a later row may have quarantined the request of an earlier one.</summary>
    public IReadOnlyList<T> Left<T>(List<T> read, Func<T, string> requestOf) =>
        [.. read.Where(r => !Contains(QuarantineKind.Request, requestOf(r)))];
}
