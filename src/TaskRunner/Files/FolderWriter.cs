using Microsoft.Win32.SafeHandles;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Files;

/// <summary>Makes what an archive holds below one folder, by handles: no name leads out of it and none leads over a link, whatever is made
/// meanwhile by whom.</summary>
internal sealed class FolderWriter : IDisposable
{
    private readonly SafeFileHandle root;
    private readonly HashSet<string> made = new(StringComparer.Ordinal) { "" };

    /// <param name="path">An empty or new folder.</param>
    public FolderWriter(string path)
    {
        Directory.CreateDirectory(path);
        root = NativeFiles.OpenFolder(path);
    }

    public void Dispose() => root.Dispose();

    public void MakeFolder(string path)
    {
        if (!made.Add(path))
            return;
        var (parent, name) = Split(path);
        MakeFolder(parent);
        Make(path, () =>
        {
            using var folder = NativeFiles.OpenFolderBelow(root, parent);
            NativeFiles.MakeFolder(folder, name);
        });
    }

    public FileStream MakeFile(string path, bool isExecutable)
    {
        MakeFolder(Split(path).Parent);
        FileStream? file = null;
        Make(path, () => file = new FileStream(
            NativeFiles.OpenBelow(
                root, path, NativeFiles.CreateNew, NativeFiles.WithoutLinks, isExecutable ? 0b111_101_101 : 0b110_100_100),
            FileAccess.Write, bufferSize: 0));
        return file!;
    }

    public void MakeLink(string path, string target)
    {
        var (parent, name) = Split(path);
        MakeFolder(parent);
        Make(path, () =>
        {
            using var folder = NativeFiles.OpenFolderBelow(root, parent);
            NativeFiles.MakeLink(folder, name, target);
        });
    }

    private static void Make(string path, Action make)
    {
        try
        {
            make();
        }
        catch (NativeException e) when (e.Errno is NativeException.Exists)
        {
            throw new HostileArchiveException($"'{RawName.Show(path)}' is in the archive twice.", e);
        }
        catch (NativeException e) when (e.Errno is NativeException.NoFolder or NativeException.TooManyLinks)
        {
            throw new HostileArchiveException($"'{RawName.Show(path)}' lies below a file or a link.", e);
        }
        catch (NativeException e) when (e.Errno is NativeException.NameTooLong)
        {
            throw new HostileArchiveException($"'{RawName.Show(path)}' is a longer name than the agent's file system takes.", e);
        }
    }

    private static (string Parent, string Name) Split(string path) =>
        path.LastIndexOf('/') is >= 0 and var slash ? (path[..slash], path[(slash + 1)..]) : ("", path);
}
