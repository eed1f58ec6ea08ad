using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Files that are wholly there after a crash or not there at all: temporary name, fsync, rename, fsync of the folder.</summary>
internal static partial class DurableFile
{
    /// <summary>Writes <paramref name="text"/> in place of what was there.</summary>
    public static void Replace(string path, string text, UnixFileMode mode) => Write(path, text, mode, overwrite: true);

    /// <summary>Writes <paramref name="text"/> unless there is a file of that name.</summary>
    /// <returns>False when there is one, perhaps made by another process this moment; it stays as it is.</returns>
    public static bool Create(string path, string text, UnixFileMode mode)
    {
        try
        {
            Write(path, text, mode, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static void Write(string path, string text, UnixFileMode mode, bool overwrite)
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
                file.Write(System.Text.Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite);
        }
        finally
        {
            File.Delete(temporary); // there only when something failed
        }

        SyncDirectory(directory);
    }

    /// <summary>A rename is durable only when its folder is: open(2) and fsync(2), which the BCL does not offer for folders.</summary>
    public static void SyncDirectory(string directory)
    {
        var handle = Open(directory, flags: 0);
        if (handle < 0)
            throw new IOException($"{directory} cannot be opened.", new Win32Exception(Marshal.GetLastPInvokeError()));
        try
        {
            if (FSync(handle) != 0)
                throw new IOException($"{directory} cannot be synced.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
