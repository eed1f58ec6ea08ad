using System.Text;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>The files and folders that the runner makes, by their permissions.</summary>
internal static class Modes
{
    /// <summary>0600.</summary>
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0700.</summary>
    public const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>0711: others may pass through, and see nothing.</summary>
    public const UnixFileMode OwnerAndPassing = OwnerOnlyFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>0644.</summary>
    public const UnixFileMode ReadableFile = OwnerOnlyFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>A new file in the place of one that is there: nobody had it open before.</summary>
    public static void Write(string path, string text, UnixFileMode mode)
    {
        File.Delete(path);
        using var file = new FileStream(
            path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}
