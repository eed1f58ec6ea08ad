using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Files;

/// <summary>Packs a folder so that the same content always has the same digest: sorted, no times, no owners, no name of the
/// packer.</summary>
internal static class ReproducibleTar
{
    public const string MediaType = "application/x-tar+gzip";
    private const int EndOfArchiveBytes = 2 * 512;

    /// <param name="folder">The open folder that <paramref name="entries"/> were listed in.</param>
    /// <param name="entries">What <see cref="PackedFolder.List"/> found.</param>
    /// <param name="target">Where the archive is written to.</param>
    /// <exception cref="DefinitionException">A file cannot be read, or changed since it was listed.</exception>
    public static void Pack(SafeFileHandle folder, IReadOnlyList<PackedEntry> entries, Stream target)
    {
        using var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);

        // GNU rather than PAX: a PAX header written by .NET is named by the process id.
        using (var writer = new TarWriter(gzip, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var entry in entries)
                Write(writer, folder, entry);
        }

        // The writer ends an archive only after an entry; without an end, an empty folder could not be unpacked.
        if (entries.Count == 0)
            gzip.Write(new byte[EndOfArchiveBytes]);
    }

    private static void Write(TarWriter writer, SafeFileHandle folder, PackedEntry entry)
    {
        var packed = EntryFor(entry);
        packed.ModificationTime = packed.AccessTime = packed.ChangeTime = DateTimeOffset.UnixEpoch;
        if (packed.EntryType != TarEntryType.RegularFile)
        {
            writer.WriteEntry(packed);
            return;
        }

        using var file = PackedFolder.Open(
            () => NativeFiles.OpenBelow(folder, RawName.Of(entry.Name), NativeFiles.ReadOnly, NativeFiles.WithoutLinks), entry.Name);
        var facts = NativeFiles.FactsOf(file);
        if (facts.Kind != FileKind.File || facts.Identity != entry.Facts.Identity)
            throw new DefinitionException($"'{entry.Name}' changed while it was packed. End what the steps started before they end.");
        using var content = new ExactContent(new FileStream(file, FileAccess.Read, bufferSize: 0), facts.Bytes, entry.Name);
        packed.DataStream = content;
        writer.WriteEntry(packed);
    }

    private static GnuTarEntry EntryFor(PackedEntry entry) => entry switch
    {
        { Target: { } target } => new(TarEntryType.SymbolicLink, entry.Name) { LinkName = target, Mode = Executable },
        { Facts.Kind: FileKind.Folder } => new(TarEntryType.Directory, entry.Name + entry.Tail) { Mode = Executable },
        _ => new(TarEntryType.RegularFile, entry.Name) { Mode = entry.Facts.IsExecutable ? Executable : Readable },
    };

    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Executable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
