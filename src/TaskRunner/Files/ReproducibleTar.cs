using System.Formats.Tar;
using System.IO.Compression;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Files;

/// <summary>Packs a folder so that the same content always has the same digest: sorted, no times, no owners, no name of the
/// packer.</summary>
internal static class ReproducibleTar
{
    public const string MediaType = "application/x-tar+gzip";
    private const int EndOfArchiveBytes = 2 * 512;

    /// <exception cref="DefinitionException">A link points out of the folder, or something is neither file, folder nor link.</exception>
    public static void Pack(string folder, string target)
    {
        var entries = new List<(string Name, FileSystemInfo Info)>();
        Collect(new DirectoryInfo(folder), "", entries);
        using var file = new FileStream(target, FileMode.Create, FileAccess.Write);
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);

        // GNU rather than PAX: a PAX header written by .NET is named by the process id.
        using (var writer = new TarWriter(gzip, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var (name, info) in entries.OrderBy(e => e.Name, StringComparer.Ordinal))
                Write(writer, name, info);
        }

        // The writer ends an archive only after an entry; without an end, an empty folder could not be unpacked.
        if (entries.Count == 0)
            gzip.Write(new byte[EndOfArchiveBytes]);
    }

    private static void Collect(DirectoryInfo folder, string prefix, List<(string, FileSystemInfo)> entries)
    {
        foreach (var info in folder.EnumerateFileSystemInfos())
        {
            entries.Add((prefix + info.Name, info));
            if (info is DirectoryInfo { LinkTarget: null } child)
                Collect(child, prefix + info.Name + "/", entries);
        }
    }

    private static void Write(TarWriter writer, string name, FileSystemInfo info)
    {
        var entry = EntryFor(name, info);
        entry.ModificationTime = entry.AccessTime = entry.ChangeTime = DateTimeOffset.UnixEpoch;
        if (entry.EntryType != TarEntryType.RegularFile)
        {
            writer.WriteEntry(entry);
            return;
        }

        using var content = File.OpenRead(info.FullName);
        entry.DataStream = content;
        writer.WriteEntry(entry);
    }

    private static GnuTarEntry EntryFor(string name, FileSystemInfo info)
    {
        if (info.LinkTarget is { } target)
        {
            return LinkTargets.WhyUnsafe(name, target) is { } reason
                ? throw new DefinitionException($"The artifact holds a link '{name}' → '{target}' that {reason}.")
                : new GnuTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, Mode = Executable };
        }

        if (info is DirectoryInfo)
            return new GnuTarEntry(TarEntryType.Directory, name + "/") { Mode = Executable };
        if ((info.Attributes & FileAttributes.Device) != 0 || !IsRegular(info.FullName))
            throw new DefinitionException($"The artifact holds '{name}', which is neither file, folder nor link.");
        var anyExecute = (info.UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
        return new GnuTarEntry(TarEntryType.RegularFile, name) { Mode = anyExecute ? Executable : Readable };
    }

    // A pipe or socket cannot be sized; opening one could wait for ever.
    private static bool IsRegular(string path) =>
        File.GetAttributes(path) is var a && (a & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0
        && !Processes.Native.IsSpecialFile(path);

    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Executable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
