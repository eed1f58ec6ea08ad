namespace Pipeline.LocalMesos.Agents;

/// <summary>The directory of one task, laid out as a real agent's.</summary>
public sealed record Sandbox(string Path)
{
    public string Stdout => System.IO.Path.Combine(Path, "stdout");

    public string Stderr => System.IO.Path.Combine(Path, "stderr");

    public static string PathOf(string workDirectory, string agentId, string frameworkId, string executorId, string containerId) =>
        System.IO.Path.Combine(workDirectory, "slaves", agentId, "frameworks", frameworkId, "executors", executorId, "runs", containerId);

    public static Sandbox Create(string path)
    {
        var runs = System.IO.Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(runs);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        var latest = System.IO.Path.Combine(runs, "latest");
        File.Delete(latest);
        File.CreateSymbolicLink(latest, path);
        var sandbox = new Sandbox(path);
        File.Create(sandbox.Stdout).Dispose();
        File.Create(sandbox.Stderr).Dispose();
        return sandbox;
    }

    public void Note(string line) => File.AppendAllText(Stderr, line + "\n");
}
