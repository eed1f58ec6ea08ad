using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Kernel.Files;

/// <summary>Files that are wholly there after a crash or not there at all: temporary name, fsync, rename, fsync of the folder.</summary>
public static class DurableFile
{
    /// <summary>Writes <paramref name="text"/> in place of what was there.</summary>
    public static void Replace(string path, string text, UnixFileMode mode) =>
        Write(path, Encoding.UTF8.GetBytes(text), mode, temporary =>
        {
            File.Move(temporary, path, overwrite: true);
            return true;
        });

    /// <inheritdoc cref="Create(string, ReadOnlySpan{byte}, UnixFileMode)"/>
    public static bool Create(string path, string text, UnixFileMode mode) => Create(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Writes a file unless there is one of that name.</summary>
    /// <returns>False when there is one, perhaps made by another process this moment; it stays as it is.</returns>
    /// <exception cref="IOException">The file system knows no hard links, or the disk took not everything.</exception>
    public static bool Create(string path, ReadOnlySpan<byte> content, UnixFileMode mode) =>
        Write(path, content, mode, temporary => GiveName(temporary, path));

    /// <summary>Gives a file that is whole its name; what refers to it may be committed afterwards.</summary>
    /// <param name="temporary">In the same folder, or another one of the same file system.</param>
    /// <param name="path">A file of that name is replaced.</param>
    /// <exception cref="IOException">The disk took not everything.</exception>
    public static void Publish(string temporary, string path)
    {
        using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.FlushToDisk(file);
        File.Move(temporary, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    // link(2) tells of a file of that name and makes its own in one step. File.Move without overwrite looks first and renames then:
    // of two that come at once the second takes the place of the first, whose writer already read it.
    private static bool GiveName(string temporary, string path)
    {
        if (Native.Link(temporary, path) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Native.AlreadyExists
            ? false
            : throw new IOException($"{path} cannot be made.", new Win32Exception(error));
    }

    private static bool Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, Func<string, bool> name)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        var temporary = $"{path}.{Environment.ProcessId}.{Path.GetRandomFileName()}";
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode,
            }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            if (!name(temporary))
                return false;
        }
        finally
        {
            File.Delete(temporary);
        }

        SyncDirectory(directory);
        return true;
    }

    /// <summary>A rename is durable only when its folder is: open(2) and fsync(2), which the BCL does not offer for folders.</summary>
    public static void SyncDirectory(string directory)
    {
        var handle = Native.Open(directory, flags: 0);
        if (handle < 0)
            throw new IOException($"{directory} cannot be opened.", new Win32Exception(Marshal.GetLastPInvokeError()));
        try
        {
            if (Native.FSync(handle) != 0)
                throw new IOException($"{directory} cannot be synced.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
        finally
        {
            _ = Native.Close(handle);
        }
    }
}
