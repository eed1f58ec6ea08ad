using System.Formats.Tar;
using System.IO.Compression;

namespace Pipeline.TaskRunner.Files;

/// <summary>The archive would have written, or pointed, outside of its folder, or is no archive.</summary>
internal sealed class HostileArchiveException(string message, Exception? inner = null) : Exception(message, inner);

/// <param name="MaxEntries">Entries of any kind.</param>
/// <param name="MaxBytes">Of all files together, unpacked.</param>
internal sealed record UnpackLimits(int MaxEntries, long MaxBytes)
{
    public static readonly UnpackLimits Default = new(500_000, 20L * 1024 * 1024 * 1024);
}

/// <summary>
/// Unpacks a tar (plain or gzip) that a stranger wrote: nothing is written, and nothing points, outside of the folder.
/// </summary>
/// <remarks>
/// Links are made last, so no file is ever written through one. A target is relative, climbs only at its beginning and not above the
/// root; the folder that holds the link is a real one. Then every walk over links stays inside, whatever they point to.
/// </remarks>
internal static class SafeTar
{
    private const int MaxPathChars = 4096;

    /// <param name="root">An empty or new folder.</param>
    /// <exception cref="HostileArchiveException">Names the entry and what is wrong with it.</exception>
    public static void Unpack(string archive, string root, UnpackLimits limits)
    {
        Directory.CreateDirectory(root);
        var links = new List<(string Path, string Target)>();
        var made = new HashSet<string>(StringComparer.Ordinal) { "" };
        using var file = File.OpenRead(archive);
        using var stream = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        try
        {
            using var reader = new TarReader(stream);
            var budget = new Budget(limits);
            while (reader.GetNextEntry() is { } entry)
            {
                budget.CountEntry();
                Unpack(entry, root, made, links, budget);
            }
        }
        catch (Exception e) when (
            e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new HostileArchiveException($"The archive is damaged: {e.Message}", e);
        }

        foreach (var (path, target) in links)
            MakeLink(root, path, target, made);
    }

    private static void Unpack(TarEntry entry, string root, HashSet<string> made, List<(string, string)> links, Budget budget)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.GlobalExtendedAttributes:
                return;
            case TarEntryType.Directory:
                MakeDirectory(root, Normalise(entry.Name), made);
                return;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                var path = Normalise(entry.Name);
                if (path.Length == 0)
                    throw new HostileArchiveException($"'{entry.Name}' is no name for a file.");
                MakeDirectory(root, ParentOf(path), made);
                WriteFile(entry, Path.Combine(root, path), budget);
                return;
            case TarEntryType.SymbolicLink:
                links.Add((Normalise(entry.Name), entry.LinkName));
                return;
            default:
                throw new HostileArchiveException(
                    $"'{entry.Name}' is a {entry.EntryType}: only files, folders and symbolic links are unpacked.");
        }
    }

    private static void WriteFile(TarEntry entry, string path, Budget budget)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if ((entry.Mode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0)
            mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (Path.Exists(path))
            throw new HostileArchiveException($"'{entry.Name}' is in the archive twice.");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode, BufferSize = 0,
        });
        if (entry.DataStream is { } data)
            budget.Copy(data, file);
    }

    private static void MakeDirectory(string root, string path, HashSet<string> made)
    {
        if (!made.Add(path))
            return;
        MakeDirectory(root, ParentOf(path), made);
        var full = Path.Combine(root, path);
        if (File.Exists(full))
            throw new HostileArchiveException($"'{path}' is a file and a folder.");
        Directory.CreateDirectory(full);
    }

    private static void MakeLink(string root, string path, string target, HashSet<string> made)
    {
        var full = Path.Combine(root, path);
        if (path.Length == 0 || Path.Exists(full) || new FileInfo(full).LinkTarget is not null)
            throw new HostileArchiveException($"'{path}' is in the archive twice.");
        if (LinkTargets.WhyUnsafe(path, target) is { } reason)
            throw new HostileArchiveException($"The link '{path}' → '{target}' {reason}.");
        for (var parent = ParentOf(path); parent.Length > 0; parent = ParentOf(parent))
        {
            if (new DirectoryInfo(Path.Combine(root, parent)).LinkTarget is not null)
                throw new HostileArchiveException($"The link '{path}' lies below another link.");
        }

        MakeDirectory(root, ParentOf(path), made);
        File.CreateSymbolicLink(full, target);
    }

    /// <summary>Relative, with no empty, <c>.</c> or <c>..</c> part; empty for the root itself.</summary>
    private static string Normalise(string name)
    {
        if (name.Length > MaxPathChars || name.Contains('\0', StringComparison.Ordinal))
            throw new HostileArchiveException("An entry's name is too long or holds a zero byte.");
        if (name.StartsWith('/'))
            throw new HostileArchiveException($"'{name}' is absolute.");
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        return parts.Contains("..") ? throw new HostileArchiveException($"'{name}' climbs out of its folder.") : string.Join('/', parts);
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    private static bool IsGzip(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    }

    /// <summary>Counts what is really unpacked, not what headers promise.</summary>
    private sealed class Budget(UnpackLimits limits)
    {
        private readonly byte[] buffer = new byte[128 * 1024];
        private int entries;
        private long bytes;

        public void CountEntry()
        {
            if (++entries > limits.MaxEntries)
                throw new HostileArchiveException($"The archive has more than {limits.MaxEntries} entries.");
        }

        public void Copy(Stream from, Stream to)
        {
            int read;
            while ((read = from.Read(buffer)) > 0)
            {
                bytes += read;
                if (bytes > limits.MaxBytes)
                    throw new HostileArchiveException($"The archive unpacks to more than {limits.MaxBytes} bytes.");
                to.Write(buffer, 0, read);
            }
        }
    }
}
