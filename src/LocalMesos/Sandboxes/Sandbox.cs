namespace Pipeline.LocalMesos.Sandboxes;

/// <summary>The working directory of one task, laid out as on a real agent.</summary>
internal sealed record Sandbox(string Path)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    public string Stdout => System.IO.Path.Combine(Path, "stdout");

    public string Stderr => System.IO.Path.Combine(Path, "stderr");

    /// <summary>Creates the directory with its empty output files, and a link to it: <c>latest</c>, or a nested container's own.</summary>
    public static Sandbox Create(TaskLocation location)
    {
        var parent = System.IO.Path.GetDirectoryName(location.SandboxPath)!;
        Directory.CreateDirectory(parent);
        Directory.CreateDirectory(location.SandboxPath, Mode);
        if (location.Link is { } link)
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(link)!);
        else
            File.Delete(link = System.IO.Path.Combine(parent, "latest"));
        // Relative: the agent's files are opened beneath its directory, where no absolute link leads.
        File.CreateSymbolicLink(link, System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(link)!, location.SandboxPath));
        var sandbox = new Sandbox(location.SandboxPath);
        File.Create(sandbox.Stdout).Dispose();
        File.Create(sandbox.Stderr).Dispose();
        return sandbox;
    }

    public void AppendToStderr(string line) => File.AppendAllText(Stderr, line + "\n");
}
