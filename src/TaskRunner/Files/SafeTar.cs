using System.IO.Compression;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Files;

/// <param name="MaxEntries">Entries of any kind.</param>
/// <param name="MaxBytes">Of all files together, unpacked.</param>
internal sealed record UnpackLimits(int MaxEntries, long MaxBytes)
{
    private const int MostEntries = 1_000_000;

    /// <summary>Where the task's disk is not known.</summary>
    public static readonly UnpackLimits Default = new(MostEntries, 20L * 1024 * 1024 * 1024);

    /// <summary>No more than the disk that the task asks for.</summary>
    /// <param name="megabytes">MiB, as Mesos counts them.</param>
    public static UnpackLimits OfDisk(decimal megabytes) => new(MostEntries, (long)(megabytes * 1024 * 1024));
}

/// <summary>
/// Unpacks a tar (plain or gzip) that a stranger wrote: nothing is written outside of the folder, and, of an artifact, nothing points
/// outside but to programs of the system.
/// </summary>
/// <remarks>Links are made last, so no file is ever written through one, and nothing may lie below one.</remarks>
internal static class SafeTar
{
    private const int MaxPathBytes = 4096;

    /// <param name="archive">The file.</param>
    /// <param name="root">An empty or new folder.</param>
    /// <param name="limits">How much may come of it.</param>
    /// <param name="rule">Which links are made.</param>
    /// <exception cref="HostileArchiveException">Names the entry and what is wrong with it.</exception>
    /// <exception cref="ArchiveTooLargeException">It holds more than the limits allow.</exception>
    public static void Unpack(string archive, string root, UnpackLimits limits, LinkRule rule)
    {
        using var writer = new FolderWriter(root);
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        using var file = File.OpenRead(archive);
        using var stream = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        try
        {
            var tar = new TarBytes(stream);
            var budget = new Budget(limits);
            while (tar.Next() is { } item)
            {
                budget.CountEntry();
                Unpack(tar, item, writer, links, budget);
            }
        }
        catch (Exception e) when (
            e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new HostileArchiveException($"The archive is damaged: {e.Message}", e);
        }

        foreach (var (path, target) in links)
        {
            if (rule == LinkRule.Inside && LinkTargets.WhyUnsafe(path, target, links) is { } reason)
                throw new HostileArchiveException($"The link '{RawName.Show(path)}' → '{RawName.Show(target)}' {reason}.");
            writer.MakeLink(path, target);
        }
    }

    private static void Unpack(TarBytes tar, TarItem item, FolderWriter writer, Dictionary<string, string> links, Budget budget)
    {
        var path = Normalise(item.Name);
        switch (item.Kind)
        {
            case TarBytes.Folder:
                writer.MakeFolder(path);
                return;
            case TarBytes.File or TarBytes.Link when path.Length == 0:
                throw new HostileArchiveException($"'{RawName.Show(item.Name)}' is no name for a file or a link.");
            case TarBytes.File:
                using (var file = writer.MakeFile(path, item.IsExecutable))
                    budget.Copy(tar, file);
                return;
            case TarBytes.Link:
                if (item.Target.Length == 0)
                    throw new HostileArchiveException($"The link '{RawName.Show(path)}' names nothing.");
                if (!links.TryAdd(path, item.Target))
                    throw new HostileArchiveException($"'{RawName.Show(path)}' is in the archive twice.");
                return;
            default:
                throw new HostileArchiveException(
                    $"'{RawName.Show(item.Name)}' is {KindOf(item.Kind)}: only files, folders and symbolic links are unpacked.");
        }
    }

    private static string KindOf(char kind) => kind switch
    {
        '1' => "a hard link",
        '3' or '4' => "a device",
        '6' => "a named pipe",
        _ => $"an entry of the type '{RawName.Show(kind.ToString())}'",
    };

    /// <summary>Relative, with no empty, <c>.</c> or <c>..</c> part; empty for the root itself.</summary>
    private static string Normalise(string name)
    {
        if (name.Length > MaxPathBytes || name.Contains('\0', StringComparison.Ordinal))
            throw new HostileArchiveException("An entry's name is longer than 4096 bytes or holds a zero byte.");
        if (name.StartsWith('/'))
            throw new HostileArchiveException($"'{RawName.Show(name)}' is absolute.");
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        return parts.Contains("..")
            ? throw new HostileArchiveException($"'{RawName.Show(name)}' climbs out of its folder.")
            : string.Join('/', parts);
    }

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
                throw new ArchiveTooLargeException($"It holds more than {limits.MaxEntries} files, folders and links.");
        }

        public void Copy(TarBytes from, FileStream to)
        {
            int read;
            while ((read = from.Read(buffer)) > 0)
            {
                bytes += read;
                if (bytes > limits.MaxBytes)
                    throw new ArchiveTooLargeException(
                        $"It unpacks to more than the {limits.MaxBytes / (1024 * 1024)} MB of the task's disk: raise resources.disk.");
                to.Write(buffer.AsSpan(0, read));
            }
        }
    }
}
