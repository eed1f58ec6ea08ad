using Microsoft.Win32.SafeHandles;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Sandboxes;

/// <summary>
/// Access to the files of an agent's sandboxes and to nothing else on the disk (recorded in 11 and 15). What a task makes of its sandbox
/// leads nowhere: a link out of it is no file, and only regular files are read.
/// </summary>
internal sealed class SandboxFiles(string workDirectory)
{
    /// <summary>The most bytes that one read returns.</summary>
    public const int MaxBytesPerRead = 64 * 1024;

    private const int DirectoryBytes = 4096;
    private const int PartsOfRun = 6; // frameworks, its id, executors, its id, runs, the container's id

    /// <summary>Accepts a sandbox's real path, and the virtual one (<c>/frameworks/…</c>) that leaves out the work directory.</summary>
    /// <exception cref="CallRejectedException">404: there is no such file in the agent's sandboxes.</exception>
    public SandboxFile Open(string agentId, string path)
    {
        var root = TaskLocation.RootOf(workDirectory, agentId);
        var below = path.StartsWith("/frameworks/", StringComparison.Ordinal) ? path
            : path.StartsWith(root + "/", StringComparison.Ordinal) ? path[root.Length..]
            : throw NotFound();
        var parts = below.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Contains(".."))
            throw NotFound();
        var run = string.Join('/', parts.Take(PartsOfRun));
        using var agent = OpenBeneath.Trusted(root) ?? throw NotFound();
        // Up to the run everything is the agent's own, with its link "latest"; from there on it is the task's.
        var sandbox = OpenBeneath.In(agent, run) ?? throw NotFound();
        if (parts.Length <= PartsOfRun)
            return new SandboxFile(sandbox, path, Path.GetFileName(run));
        using (sandbox)
        {
            var file = OpenBeneath.In(sandbox, string.Join('/', parts.Skip(PartsOfRun))) ?? throw NotFound();
            return new SandboxFile(file, path, parts[^1]);
        }
    }

    /// <summary>The entries of a directory by name; a file has none.</summary>
    /// <exception cref="CallRejectedException">404: there is no such directory in the agent's sandboxes.</exception>
    public IReadOnlyList<W.FileInfo> List(string agentId, string path)
    {
        using var directory = Open(agentId, path);
        if (!directory.IsDirectory)
            return [];
        var shown = path.TrimEnd('/');
        return [.. OpenBeneath.Names(directory.Handle).Select(name => Describe(agentId, $"{shown}/{name}"))];
    }

    // A link that leads out, or nowhere, is listed as an empty file: it is there, and there is nothing to read.
    private W.FileInfo Describe(string agentId, string path)
    {
        try
        {
            using var file = Open(agentId, path);
            return Describe(file.Status, path);
        }
        catch (CallRejectedException)
        {
            return Describe(new FileStatus(0x8000, 1, 0, 0), path);
        }
    }

    /// <param name="shown">The path as it was asked for: a virtual one stays virtual.</param>
    private static W.FileInfo Describe(FileStatus status, string shown)
    {
        var owner = System.Environment.UserName;
        return new W.FileInfo
        {
            Path = shown,
            Nlink = status.IsDirectory ? 2 : 1,
            Size = status.IsDirectory ? DirectoryBytes : status.IsRegular ? (ulong)status.Bytes : 0,
            Mtime = new W.TimeInfo { Nanoseconds = status.ModifiedSeconds * 1_000_000_000 },
            Mode = status.Mode,
            Uid = owner,
            Gid = owner,
        };
    }

    private static CallRejectedException NotFound() => new(404, "");
}

/// <summary>An open file or directory of a sandbox.</summary>
internal sealed class SandboxFile(SafeFileHandle handle, string path, string name) : IDisposable
{
    public SafeFileHandle Handle => handle;

    /// <summary>As it was asked for.</summary>
    public string Path => path;

    public string Name => name;

    public FileStatus Status { get; } = FileStatus.Of(handle);

    public bool IsDirectory => Status.IsDirectory;

    /// <summary>The size, and at most <see cref="SandboxFiles.MaxBytesPerRead"/> from an offset; none from past the end.</summary>
    /// <exception cref="CallRejectedException">404: it is a pipe, a socket or a device, which has no content.</exception>
    public (long Size, byte[] Data) Read(long offset, long? length)
    {
        if (!Status.IsRegular)
            throw new CallRejectedException(404, "");
        var size = Status.Bytes;
        var most = Math.Min(length ?? SandboxFiles.MaxBytesPerRead, size - offset);
        var data = new byte[(int)Math.Clamp(most, 0, SandboxFiles.MaxBytesPerRead)];
        var read = 0;
        while (read < data.Length && RandomAccess.Read(handle, data.AsSpan(read), offset + read) is > 0 and var more)
            read += more;
        return (size, data[..read]);
    }

    public void Dispose() => handle.Dispose();
}
