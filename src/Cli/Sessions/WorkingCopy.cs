using System.ComponentModel;
using System.Diagnostics;

namespace Pipeline.Cli.Sessions;

/// <summary>What git says about the current folder.</summary>
internal static class WorkingCopy
{
    /// <returns>Null outside a working copy.</returns>
    public static Task<string?> HeadAsync(CancellationToken ct) => GitAsync("rev-parse HEAD", ct);

    /// <summary>The last two parts of origin's address: <c>owner/name</c>.</summary>
    /// <returns>Null outside a working copy, or without a remote.</returns>
    public static async Task<string?> RepositoryAsync(CancellationToken ct) =>
        await GitAsync("remote get-url origin", ct) is { } url ? NameIn(url) : null;

    internal static string? NameIn(string url)
    {
        var bare = url.TrimEnd('/');
        if (bare.EndsWith(".git", StringComparison.Ordinal))
            bare = bare[..^4];
        var parts = bare.Split('/', ':');
        return parts.Length >= 2 ? $"{parts[^2]}/{parts[^1]}" : null;
    }

    private static async Task<string?> GitAsync(string arguments, CancellationToken ct)
    {
        try
        {
            var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var git = Process.Start(start);
            if (git is null)
                return null;
            var text = (await git.StandardOutput.ReadToEndAsync(ct)).Trim();
            await git.WaitForExitAsync(ct);
            return git.ExitCode == 0 && text.Length > 0 ? text : null;
        }
        catch (Win32Exception)
        {
            return null; // git is not installed
        }
    }
}
