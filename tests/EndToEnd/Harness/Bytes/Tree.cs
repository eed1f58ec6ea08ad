using System.Collections;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>The files of a commit by their paths, names and contents as <see cref="Raw"/> writes them.</summary>
public sealed class Tree : IEnumerable<KeyValuePair<string, Entry>>
{
    private readonly SortedDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public void Add(string path, Entry entry) => entries.Add(path, entry);

    public void Add(string path, string content) => entries.Add(path, Entry.File(content));

    public IEnumerator<KeyValuePair<string, Entry>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Writes the tree and all below it.</summary>
    internal string Write(ObjectStore store) => Write(store, entries.Select(e => (e.Key.Split('/'), e.Value)), depth: 0);

    private static string Write(ObjectStore store, IEnumerable<(string[] Path, Entry Entry)> entries, int depth)
    {
        // Git sorts a folder as if its name ended in a slash.
        var rows = new List<(byte[] Order, string Mode, byte[] Name, string Id)>();
        foreach (var group in entries.GroupBy(e => e.Path[depth], StringComparer.Ordinal))
        {
            var name = Raw.Bytes(group.Key);
            var (path, entry) = group.First();
            var isFolder = path.Length > depth + 1;
            var id = isFolder ? Write(store, group, depth + 1) : entry.WrittenId ?? store.Write("blob", entry.Content);
            rows.Add((isFolder ? [.. name, (byte)'/'] : name, isFolder ? "40000" : entry.Mode, name, id));
        }

        rows.Sort((a, b) => a.Order.AsSpan().SequenceCompareTo(b.Order));
        return store.Write(
            "tree", [.. rows.SelectMany(r => (byte[])[.. Raw.Bytes($"{r.Mode} "), .. r.Name, 0, .. Convert.FromHexString(r.Id)])]);
    }
}

/// <param name="Mode">As git has it.</param>
/// <param name="WrittenId">What is not to be written: the commit of a submodule, or a blob that is there.</param>
public sealed record Entry(string Mode, byte[] Content, string? WrittenId = null)
{
    public static Entry File(string content) => new("100644", Raw.Bytes(content));

    public static Entry Bytes(byte[] content) => new("100644", content);

    public static Entry Program(string content) => new("100755", Raw.Bytes(content));

    public static Entry Link(string target) => new("120000", Raw.Bytes(target));

    /// <summary>A file whose content is written already.</summary>
    public static Entry Written(string blob) => new("100644", [], blob);

    public static Entry Submodule(string commit) => new("160000", [], commit);
}
