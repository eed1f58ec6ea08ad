using Pipeline.LocalMesos.Agents;
using Pipeline.Mesos.Wire;
using FileInfo = Pipeline.Mesos.Wire.FileInfo;

namespace Pipeline.LocalMesos.Http;

/// <summary>The files of an agent's sandboxes, and nothing else of the disk (recorded in 11 and 15).</summary>
internal sealed class SandboxFiles(LocalMesosOptions options)
{
    /// <summary>What one read gives at most.</summary>
    public const int MostBytesPerRead = 64 * 1024;

    private const uint RegularFile = 0x8000;
    private const uint DirectoryFile = 0x4000;
    private const int DirectoryBytes = 4096;

    /// <summary>The sandbox's real path, or the virtual one that leaves out the work directory.</summary>
    /// <exception cref="RefusedException">404: there is no such file here.</exception>
    public string Resolve(Agent agent, string path)
    {
        var root = Path.Combine(options.WorkDirectory, "slaves", agent.Identity.Id);
        var real = path.StartsWith("/frameworks/", StringComparison.Ordinal) ? root + path : path;
        if (real.Contains("..", StringComparison.Ordinal) || !real.StartsWith(root + "/", StringComparison.Ordinal)
            || !(File.Exists(real) || Directory.Exists(real)))
            throw new RefusedException(404, "");
        return real;
    }

    public IEnumerable<FileInfo> List(Agent agent, string path)
    {
        var real = Resolve(agent, path);
        if (File.Exists(real))
            return [];
        return Directory.GetFileSystemEntries(real).Order(StringComparer.Ordinal)
            .Select(entry => Describe(entry, path.TrimEnd('/') + "/" + Path.GetFileName(entry)));
    }

    /// <param name="shown">The path as it was asked for: a virtual one stays one.</param>
    public static FileInfo Describe(string path, string shown)
    {
        var info = new System.IO.FileInfo(path);
        if (info.LinkTarget is not null)
            info = new System.IO.FileInfo(info.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        var isDirectory = Directory.Exists(path);
        var owner = System.Environment.UserName;
        return new FileInfo
        {
            Path = shown,
            Nlink = isDirectory ? 2 : 1,
            Size = isDirectory ? DirectoryBytes : info.Exists ? (ulong)info.Length : 0,
            Mtime = new TimeInfo { Nanoseconds = new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000 },
            Mode = (isDirectory ? DirectoryFile : RegularFile) | (uint)info.UnixFileMode,
            Uid = owner,
            Gid = owner,
        };
    }

    public static (long Size, byte[] Data) Read(string path, long offset, long? length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var data = new byte[(int)Math.Clamp(Math.Min(length ?? MostBytesPerRead, file.Length - offset), 0, MostBytesPerRead)];
        file.Position = Math.Min(offset, file.Length);
        var read = file.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        return (file.Length, data[..read]);
    }
}
