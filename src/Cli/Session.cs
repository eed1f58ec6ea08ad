using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>What every command has: the server, the output, the names that people use.</summary>
internal sealed class Session(Api api, Out output, string? repository) : IDisposable
{
    public Api Api => api;

    public Out Out => output;

    /// <summary>Whether a repository was named by <c>-R</c> or PIPELINE_REPOSITORY.</summary>
    public bool NamesRepository => repository is not null;

    /// <summary>The id of <c>-R owner/name</c>, of the working copy's remote, or of the only repository there is.</summary>
    public async Task<string> RepositoryAsync(CancellationToken ct)
    {
        var name = repository ?? await RemoteAsync(ct);
        var found = await RepositoriesAsync(name, ct);
        if (found.Count == 0 && name is not null && repository is null)
            found = await RepositoriesAsync(null, ct);
        return found.Count switch
        {
            1 => found[0].Text("id"),
            0 => throw new Failure(
                Exit.NotFound, name is null ? "There is no repository yet." : $"There is no repository {name}.",
                "pipeline repository list"),
            _ => throw new Failure(Exit.Usage, "Which repository?", "Add -R owner/name."),
        };
    }

    /// <summary>The commit named, or HEAD of the working copy.</summary>
    public static async Task<string> CommitAsync(string? commit, CancellationToken ct)
    {
        if (commit is not null && commit != "HEAD")
            return commit;
        return await GitAsync("rev-parse HEAD", ct)
            ?? throw new Failure(Exit.Usage, "Which commit?", "Name one, or run this in a working copy.");
    }

    /// <summary>A build by id, or by its number: <c>412</c>, <c>#412</c>, <c>owner/name#412</c>.</summary>
    public async Task<string> BuildAsync(string build, CancellationToken ct)
    {
        if (Guid.TryParse(build, out _))
            return build;
        var (of, number) = await NumberedAsync(build, "build", ct);
        var page = await api.GetAsync($"api/v1/repositories/{of}/builds?number={number}", ct);
        return page.Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } found
            ? found.Text("id")
            : throw new Failure(Exit.NotFound, $"There is no build {build}.", "pipeline build list");
    }

    /// <summary>A release by digest, or by its number: <c>7</c>, <c>owner/name#7</c>.</summary>
    public async Task<string> ReleaseAsync(string release, CancellationToken ct)
    {
        if (release.StartsWith("sha256:", StringComparison.Ordinal))
            return release;
        var (of, number) = await NumberedAsync(release, "release", ct);
        var page = await api.GetAsync($"api/v1/releases?repository={of}&number={number}", ct);
        return page.Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } found
            ? found.Text("digest")
            : throw new Failure(Exit.NotFound, $"There is no release {release}.", "pipeline release list");
    }

    public void Dispose() => api.Dispose();

    private async Task<List<JsonElement>> RepositoriesAsync(string? name, CancellationToken ct)
    {
        var query = name is null ? "limit=2" : $"name={Uri.EscapeDataString(name)}";
        return [.. (await api.GetAsync($"api/v1/repositories?{query}", ct)).Items()];
    }

    private async Task<(string Repository, int Number)> NumberedAsync(string text, string what, CancellationToken ct)
    {
        var mark = text.LastIndexOf('#');
        if (!int.TryParse(text[(mark + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new Failure(Exit.Usage, $"'{text}' is not a {what}.", "Write its number, owner/name#number, or its id.");
        if (mark <= 0)
            return (await RepositoryAsync(ct), number);
        var found = await RepositoriesAsync(text[..mark], ct);
        return found.Count == 1 ? (found[0].Text("id"), number)
            : throw new Failure(Exit.NotFound, $"There is no repository {text[..mark]}.", "pipeline repository list");
    }

    private static async Task<string?> RemoteAsync(CancellationToken ct)
    {
        var url = await GitAsync("remote get-url origin", ct);
        var bare = url?.TrimEnd('/') is { } whole && whole.EndsWith(".git", StringComparison.Ordinal) ? whole[..^4] : url?.TrimEnd('/');
        var parts = bare?.Split('/', ':');
        return parts is { Length: >= 2 } ? $"{parts[^2]}/{parts[^1]}" : null;
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
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git here
        }
    }
}
