using Pipeline.Kernel.Postgres;

namespace Pipeline.Embedded;

/// <summary>Whether tasks of the embedded clusters can be kept away from this user's files, and what a person must know of it.</summary>
internal static class TaskIsolation
{
    private const string Program = "/usr/bin/bwrap";

    private static bool IsRoot => Environment.UserName == "root";

    /// <returns>Why tasks cannot be isolated here, with the remedies; null when they can.</returns>
    public static async Task<string?> ProblemAsync(CancellationToken ct)
    {
        if (!File.Exists(Program))
            return "bubblewrap is not installed, which keeps builds and services away from your files: apt-get install bubblewrap";
        string[] identity = IsRoot ? [] : ["--unshare-user"];
        var tried = await ChildProcess.RunAsync(
            Program,
            [
                .. identity, "--unshare-pid", "--unshare-ipc", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "/usr/bin/true",
            ],
            ct);
        return tried.ExitCode == 0
            ? null
            : $"Builds and services cannot be isolated here: {tried.Error.Trim()} They could read and change everything that "
                + $"{Environment.UserName} can. Let bubblewrap make namespaces on this machine (docs/security.md), or accept it: "
                + "PIPELINE_ISOLATION=none ./up";
    }

    /// <summary>What is weaker here than it could be.</summary>
    public static IEnumerable<string> Warnings(EmbeddedOptions options)
    {
        if (!options.Isolates)
            yield return "WARNING: nothing isolates builds and services: they can read and change everything that "
                + $"{Environment.UserName} can";
        else if (!IsRoot)
            yield return "builds and services are isolated from your files; all of them share your user id, and limits of memory are not "
                + "enforced";
    }
}
