using Pipeline.GitWebhooks.Contract;
using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Forge;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Data;

/// <summary>
/// The repository that a delivery is about. The delivery names its number and no more is believed of it: a registered one is what a person
/// said it is, any other is what the forge says, which is asked when it is new or the delivery says otherwise.
/// </summary>
internal sealed class PushedRepositories(
    RepositoryWriter writer, GitHubRepositories forge, TimeProvider time, ILogger<PushedRepositories> logger)
{
    /// <exception cref="PayloadException">It is unknown here and on the forge, or its clone URL does not lie on the forge.</exception>
    /// <exception cref="ForgeUnavailableException">It is unknown here, and the forge cannot be asked now.</exception>
    public async Task<Repository> ResolveAsync(PushedRepository pushed, string by, CancellationToken ct)
    {
        var known = await writer.FindAsync(pushed.ForgeId, ct);
        if (known is { Pinned: true } || (known is not null && SaysTheSame(known, pushed)))
            return known;
        if (await AskAsync(known, pushed.ForgeId, ct) is not { } facts)
        {
            return known ?? throw new PayloadException(
                $"GitHub knows no repository with the number {pushed.ForgeId}, or the token cannot see it."
                + " Register the repository (POST /api/v1/repositories) if it is elsewhere.");
        }

        if (known is not null && SaysTheSame(known, facts))
            return known;
        var named = new AddRepository(
            facts.ForgeId, facts.Owner, facts.Name, OnForge(facts.CloneUrl, writer.BaseUrl(null)), facts.DefaultBranch, facts.WebUrl);
        return await writer.SaveAsync(RepositoryId.New(time.GetUtcNow()), named, pinned: false, by, ct);
    }

    private static bool SaysTheSame(Repository known, PushedRepository said) =>
        known.Owner == said.Owner && known.Name == said.Name && known.CloneUrl == said.CloneUrl
        && known.DefaultBranch == said.DefaultBranch;

    // Its push does not wait for the forge: what was known stays in force.
    private async Task<PushedRepository?> AskAsync(Repository? known, long forgeId, CancellationToken ct)
    {
        try
        {
            return await forge.FindAsync(forgeId, ct);
        }
        catch (ForgeUnavailableException e) when (known is not null)
        {
            Log.RepositoryNotRead(logger, known.FullName, e.Message);
            return null;
        }
    }

    // Whoever can sign a delivery must not make the server fetch from a host of his choice (or from its own disk).
    private static string OnForge(string? cloneUrl, string baseUrl)
    {
        var forge = new Uri(baseUrl);
        return Uri.TryCreate(cloneUrl, UriKind.Absolute, out var url) && url.Scheme == forge.Scheme
            && url.Authority == forge.Authority && url.UserInfo.Length == 0
            ? cloneUrl!
            : throw new PayloadException(
                $"The clone URL '{cloneUrl}' does not lie on {baseUrl}."
                + " Register the repository first (POST /api/v1/repositories) if it is right.");
    }
}
