using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Sandboxes;

/// <summary>Access to the files of an agent's sandboxes and to nothing else on the disk (recorded in 11 and 15).</summary>
internal sealed class SandboxFiles(string workDirectory)
{
    /// <summary>The most bytes that one read returns.</summary>
    public const int MaxBytesPerRead = 64 * 1024;

    private const uint RegularFile = 0x8000;
    private const uint DirectoryFile = 0x4000;
    private const int DirectoryBytes = 4096;

    /// <summary>Accepts a sandbox's real path, and the virtual one (<c>/frameworks/…</c>) that leaves out the work directory.</summary>
    /// <exception cref="CallRejectedException">404: there is no such file in the agent's sandboxes.</exception>
    public string Resolve(string agentId, string path)
    {
        var root = TaskLocation.RootOf(workDirectory, agentId);
        var real = path.StartsWith("/frameworks/", StringComparison.Ordinal) ? root + path : path;
        if (real.Contains("..", StringComparison.Ordinal) || !real.StartsWith(root + "/", StringComparison.Ordinal) || !Path.Exists(real))
            throw new CallRejectedException(404, "");
        return real;
    }

    /// <summary>The entries of a directory by name; a file has none.</summary>
    /// <exception cref="CallRejectedException">404: there is no such directory in the agent's sandboxes.</exception>
    public IEnumerable<W.FileInfo> List(string agentId, string path)
    {
        var real = Resolve(agentId, path);
        if (File.Exists(real))
            return [];
        return Directory.GetFileSystemEntries(real).Order(StringComparer.Ordinal)
            .Select(entry => Describe(entry, path.TrimEnd('/') + "/" + Path.GetFileName(entry)));
    }

    /// <param name="shown">The path as it was asked for: a virtual one stays virtual.</param>
    public static W.FileInfo Describe(string path, string shown)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is not null)
            info = new FileInfo(info.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        var isDirectory = Directory.Exists(path);
        var owner = System.Environment.UserName;
        var modified = new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero).ToUnixTimeSeconds();
        return new W.FileInfo
        {
            Path = shown,
            Nlink = isDirectory ? 2 : 1,
            Size = isDirectory ? DirectoryBytes : info.Exists ? (ulong)info.Length : 0,
            Mtime = new W.TimeInfo { Nanoseconds = modified * 1_000_000_000 },
            Mode = (isDirectory ? DirectoryFile : RegularFile) | (uint)info.UnixFileMode,
            Uid = owner,
            Gid = owner,
        };
    }

    /// <summary>The size, and at most <see cref="MaxBytesPerRead"/> of the file from an offset; none from past the end.</summary>
    public static (long Size, byte[] Data) Read(string path, long offset, long? length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var data = new byte[(int)Math.Clamp(Math.Min(length ?? MaxBytesPerRead, file.Length - offset), 0, MaxBytesPerRead)];
        file.Position = Math.Min(offset, file.Length);
        var read = file.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        return (file.Length, data[..read]);
    }
}
