using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness.Installed;

/// <summary>Whom a server runs as that a team installs: never root. The user that may use the private PostgreSQL's socket.</summary>
public static class ServiceUser
{
    private static readonly bool IsRoot = Environment.UserName == "root";

    public static string Name => IsRoot ? "postgres" : Environment.UserName;

    /// <summary>The command that runs this one as the service user, with the same process id.</summary>
    public static IReadOnlyList<string> Command(params IEnumerable<string> command) =>
        IsRoot ? ["setpriv", $"--reuid={Name}", $"--regid={Name}", "--clear-groups", "--", .. command] : [.. command];

    /// <summary>Makes a folder, or gives away one with all that is in it.</summary>
    public static async Task OwnAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        if (IsRoot)
            (await ChildProcess.RunAsync("chown", ["-R", $"{Name}:", folder], CancellationToken.None)).ThrowIfFailed($"chown {folder}");
    }

    public static async Task<ChildProcess.Result> RunAsync(
        IEnumerable<string> command, string directory, IReadOnlyDictionary<string, string?> environment)
    {
        var all = Command(command);
        return await ChildProcess.RunAsync(all[0], all.Skip(1), TestContext.Current.CancellationToken, directory, environment);
    }
}
