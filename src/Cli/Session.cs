using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>What every command has: the server, the output, the names that people use.</summary>
internal sealed class Session(Api api, Out output, string? repository) : IDisposable
{
    public Api Api => api;

    public Out Out => output;

    /// <summary>The id of <c>-R owner/name</c>, of the working copy's remote, or of the only repository there is.</summary>
    public async Task<string> RepositoryAsync(CancellationToken ct)
    {
        var name = repository ?? await RemoteAsync(ct);
        var page = await api.GetAsync(name is null ? "api/v1/repositories?limit=2" : $"api/v1/repositories?name={Uri.EscapeDataString(name)}", ct);
        var found = page.Items().ToList();
        if (found.Count == 0 && name is not null && repository is null)
            found = [.. (await api.GetAsync("api/v1/repositories?limit=2", ct)).Items()];
        return found.Count switch
        {
            1 => found[0].Text("id"),
            0 => throw new Failure(Exit.NotFound, name is null ? "There is no repository yet." : $"There is no repository {name}.", "pipeline repository list"),
            _ => throw new Failure(Exit.Usage, "Which repository?", "Add -R owner/name."),
        };
    }

    /// <summary>The commit named, or HEAD of the working copy.</summary>
    public static async Task<string> CommitAsync(string? commit, CancellationToken ct)
    {
        if (commit is not null && commit != "HEAD")
            return commit;
        return await GitAsync("rev-parse HEAD", ct) ?? throw new Failure(Exit.Usage, "Which commit?", "Name one, or run this in a working copy.");
    }

    /// <summary>A build by id or by its number in the repository (<c>412</c>, <c>#412</c>).</summary>
    public async Task<string> BuildAsync(string build, CancellationToken ct)
    {
        if (Guid.TryParse(build, out _))
            return build;
        if (!int.TryParse(build.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new Failure(Exit.Usage, $"'{build}' is not a build.", "Write its number, or its id.");
        var page = await api.GetAsync($"api/v1/repositories/{await RepositoryAsync(ct)}/builds?limit=200", ct);
        return page.Items().FirstOrDefault(b => b.Text("number") == $"{number}") is { ValueKind: JsonValueKind.Object } found
            ? found.Text("id")
            : throw new Failure(Exit.NotFound, $"There is no build {number} among the last 200.", "pipeline build list");
    }

    /// <summary>A release by digest or by its number in the repository.</summary>
    public async Task<string> ReleaseAsync(string release, CancellationToken ct)
    {
        if (release.StartsWith("sha256:", StringComparison.Ordinal))
            return release;
        var page = await api.GetAsync($"api/v1/releases?repository={await RepositoryAsync(ct)}&limit=200", ct);
        return page.Items().FirstOrDefault(r => r.Text("number") == release) is { ValueKind: JsonValueKind.Object } found
            ? found.Text("digest")
            : throw new Failure(Exit.NotFound, $"There is no release {release} among the last 200.", "pipeline release list");
    }

    public void Dispose() => api.Dispose();

    private static async Task<string?> RemoteAsync(CancellationToken ct)
    {
        var url = await GitAsync("remote get-url origin", ct);
        var parts = url?.TrimEnd('/').Replace(".git", "", StringComparison.Ordinal).Split('/', ':');
        return parts is { Length: >= 2 } ? $"{parts[^2]}/{parts[^1]}" : null;
    }

    private static async Task<string?> GitAsync(string arguments, CancellationToken ct)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (git is null)
                return null;
            var text = (await git.StandardOutput.ReadToEndAsync(ct)).Trim();
            await git.WaitForExitAsync(ct);
            return git.ExitCode == 0 && text.Length > 0 ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git here
        }
    }
}
