namespace Pipeline.Kernel.Files;

/// <summary>What only the server may read: keys, secrets, sources, logs, artifacts. The rules for files are those of PostgreSQL for its
/// key.</summary>
public static class PrivateFiles
{
    /// <summary>0600.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0700.</summary>
    public const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;

    private const uint Root = 0;

    /// <summary>Makes the folder and those above it, where they are not there. What is there stays as it is.</summary>
    public static void MakeFolder(string path)
    {
        // One after the other: Directory.CreateDirectory gives the mode to the last one only.
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above && !Directory.Exists(above))
            MakeFolder(above);
        Directory.CreateDirectory(path, OwnersFolder);
    }

    /// <summary>
    /// Makes the folder, or closes to others one that is there: only for folders that nobody shares. One of root's, as volumes of
    /// containers are, is taken as it is unless everybody may write to it.
    /// </summary>
    /// <exception cref="UsageException">It belongs to somebody else, who could change what is in it.</exception>
    public static void CloseFolder(string path)
    {
        MakeFolder(path);
        if (PathStatus.Of(path) is not { } status)
            return;
        if (FolderProblem(path, status, PathStatus.Self) is { } problem)
            throw new UsageException(problem);
        if (status.Owner == PathStatus.Self && (status.Permissions & ~OwnersFolder) != 0)
            File.SetUnixFileMode(path, OwnersFolder);
    }

    /// <returns>False for what belongs to another user, behind a link too. What is not there is nobody else's.</returns>
    public static bool IsMine(string path) => PathStatus.Of(path) is not { } status || status.Owner == PathStatus.Self;

    /// <returns>Why others can read or change the file, and what to do; null when they cannot, or it is not there.</returns>
    public static string? Problem(string path) =>
        PathStatus.Of(path) is { } status ? FileProblem(path, status, PathStatus.Self) : null;

    /// <exception cref="UsageException">Others can read or change the file.</exception>
    public static void Require(string path)
    {
        if (Problem(path) is { } problem)
            throw new UsageException(problem);
    }

    internal static string? FolderProblem(string path, PathStatus status, uint self) =>
        status.Owner == self || (status.Owner == Root && (status.Permissions & UnixFileMode.OtherWrite) == 0)
            ? null
            : $"The folder {path} belongs to another user (id {status.Owner}), who could read and change what the server keeps there:"
                + $" chown it to '{Environment.UserName}', as whom the server runs, or choose another one.";

    internal static string? FileProblem(string path, PathStatus status, uint self)
    {
        if (!status.IsRegular)
            return $"{path} is not a file: restore it from a backup, or remove it.";
        if (status.Owner != self && status.Owner != Root)
        {
            return $"{path} belongs to another user (id {status.Owner}), who can change it, and this runs as '{Environment.UserName}'."
                + " Run it as that user when he is the server's; else restore the file from a backup and chown it to the server's user.";
        }

        // What root gives the server to read has to be open to the server's group.
        var allowed = status.Owner == self ? OwnersFolder : OwnersFolder | UnixFileMode.GroupRead;
        return (status.Permissions & ~allowed) == 0
            ? null
            : $"{path} can be read by others (mode {Convert.ToString((int)status.Permissions, 8)}): chmod 600 it.";
    }
}
