using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Tests;

internal static class Tars
{
    public static byte[] Of(params (string Name, string Content)[] files) => Of(files.Select(f => File(f.Name, f.Content)).ToArray());

    public static byte[] Of(params TarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }

        return bytes.ToArray();
    }

    public static PaxTarEntry File(string name, string content, bool executable = true) => new(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
        Mode = executable ? (UnixFileMode)0x1ED : (UnixFileMode)0x1A4,
    };

    public static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    /// <summary>As an artifact is packed.</summary>
    public static byte[] Packed(string folder)
    {
        using var opened = NativeFiles.OpenFolder(folder);
        var bytes = new MemoryStream();
        ReproducibleTar.Pack(opened, PackedFolder.List(opened), bytes);
        return bytes.ToArray();
    }

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
