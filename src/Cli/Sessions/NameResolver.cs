using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Http;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Sessions;

/// <summary>From the names that people use to the ids of the API.</summary>
/// <param name="repository">Named by <c>-R</c> or PIPELINE_REPOSITORY; null when neither is.</param>
internal sealed class NameResolver(ApiClient api, string? repository)
{
    private const string ListRepositories = "List the repositories: pipeline repository list";

    /// <summary>Whether a repository was named by <c>-R</c> or PIPELINE_REPOSITORY.</summary>
    public bool NamesRepository => repository is not null;

    /// <summary>The commit named, or HEAD of the working copy.</summary>
    public static async Task<string> CommitAsync(string? commit, CancellationToken ct)
    {
        if (commit is not null && commit != "HEAD")
            return commit;
        return await WorkingCopy.HeadAsync(ct)
            ?? throw new CommandException(
                ExitCodes.Usage, "No commit was named, and this folder is not a working copy.",
                "Name a commit, or run the command in a working copy.");
    }

    /// <summary>The id of the repository named, of the working copy's remote, or of the only repository there is.</summary>
    public async Task<string> RepositoryIdAsync(CancellationToken ct)
    {
        var name = repository ?? await WorkingCopy.RepositoryAsync(ct);
        var found = await RepositoriesAsync(name, ct);
        if (found.Count == 0 && name is not null && repository is null)
            found = await RepositoriesAsync(null, ct);
        return found.Count switch
        {
            1 => found[0].Text("id"),
            0 when name is null => throw new CommandException(
                ExitCodes.NotFound, "The server has no repository yet.",
                "Add one: pipeline repository add owner/name --forge-id ID --clone-url URL"),
            0 => throw UnknownRepository(name),
            _ => throw new CommandException(
                ExitCodes.Usage, "The server has several repositories, and none was named.", "Add -R owner/name."),
        };
    }

    /// <summary>A build by id, or by its number: <c>412</c>, <c>#412</c>, <c>owner/name#412</c>.</summary>
    public async Task<string> BuildIdAsync(string build, CancellationToken ct)
    {
        if (Guid.TryParse(build, out _))
            return build;
        var (of, number) = await NumberedAsync(build, "build", ct);
        var page = await api.GetAsync($"api/v1/repositories/{of}/builds?number={number}", ct);
        return page.Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } found
            ? found.Text("id")
            : throw new CommandException(ExitCodes.NotFound, $"Build {build} does not exist.", "List the builds: pipeline build list");
    }

    /// <summary>A release by digest, or by its number: <c>7</c>, <c>owner/name#7</c>.</summary>
    public async Task<string> ReleaseDigestAsync(string release, CancellationToken ct)
    {
        if (release.StartsWith("sha256:", StringComparison.Ordinal))
            return release;
        var (of, number) = await NumberedAsync(release, "release", ct);
        var page = await api.GetAsync($"api/v1/releases?repository={of}&number={number}", ct);
        return page.Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } found
            ? found.Text("digest")
            : throw new CommandException(
                ExitCodes.NotFound, $"Release {release} does not exist.", "List the releases: pipeline release list");
    }

    private async Task<List<JsonElement>> RepositoriesAsync(string? name, CancellationToken ct)
    {
        var query = name is null ? "limit=2" : $"name={Uri.EscapeDataString(name)}";
        return [.. (await api.GetAsync($"api/v1/repositories?{query}", ct)).Items()];
    }

    private async Task<(string Repository, int Number)> NumberedAsync(string text, string noun, CancellationToken ct)
    {
        var mark = text.LastIndexOf('#');
        if (!int.TryParse(text[(mark + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw NotAName(text, noun);
        if (mark <= 0)
            return (await RepositoryIdAsync(ct), number);
        var found = await RepositoriesAsync(text[..mark], ct);
        return found.Count == 1 ? (found[0].Text("id"), number) : throw UnknownRepository(text[..mark]);
    }

    private static CommandException NotAName(string text, string noun) =>
        new(ExitCodes.Usage, $"'{text}' does not name a {noun}.", "Write its number, owner/name#number, or its id.");

    /// <summary>The error for a repository that does not exist.</summary>
    public static CommandException UnknownRepository(string name) =>
        new(ExitCodes.NotFound, $"Repository {name} does not exist.", ListRepositories);
}
