namespace Pipeline.LocalMesos.Agents;

/// <summary>The directory of one task, laid out as a real agent's.</summary>
public sealed record Sandbox(string Path)
{
    public string Stdout => System.IO.Path.Combine(Path, "stdout");

    public string Stderr => System.IO.Path.Combine(Path, "stderr");

    public static string PathOf(string workDirectory, string agentId, string frameworkId, string executorId, string containerId) =>
        System.IO.Path.Combine(workDirectory, "slaves", agentId, "frameworks", frameworkId, "executors", executorId, "runs", containerId);

    internal static Sandbox Create(TaskPlace place)
    {
        var above = System.IO.Path.GetDirectoryName(place.SandboxPath)!;
        Directory.CreateDirectory(above);
        Directory.CreateDirectory(place.SandboxPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        if (place.Link is not null)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(place.Link)!);
            File.CreateSymbolicLink(place.Link, place.SandboxPath);
        }
        else
        {
            var latest = System.IO.Path.Combine(above, "latest");
            File.Delete(latest);
            File.CreateSymbolicLink(latest, place.SandboxPath);
        }

        var sandbox = new Sandbox(place.SandboxPath);
        File.Create(sandbox.Stdout).Dispose();
        File.Create(sandbox.Stderr).Dispose();
        return sandbox;
    }

    public void Note(string line) => File.AppendAllText(Stderr, line + "\n");
}
