using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>Writes git's objects as they are, also those that git itself would not make.</summary>
internal sealed class ObjectStore(string repository)
{
    /// <returns>The id.</returns>
    [SuppressMessage("Security", "CA5350", Justification = "Git names objects by SHA-1.")]
    public string Write(string kind, byte[] content)
    {
        byte[] all = [.. Raw.Bytes($"{kind} {content.Length}"), 0, .. content];
        var id = Convert.ToHexStringLower(SHA1.HashData(all));
        var file = Path.Combine(repository, "objects", id[..2], id[2..]);
        if (File.Exists(file))
            return id;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var packed = new ZLibStream(File.Create(file), CompressionLevel.Fastest);
        packed.Write(all);
        return id;
    }
}
