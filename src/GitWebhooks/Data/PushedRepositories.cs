using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Data;

/// <summary>The repository that a delivery is about, registered or renamed as the delivery says.</summary>
internal sealed class PushedRepositories(RepositoryWriter writer, TimeProvider time)
{
    /// <exception cref="PayloadException">It is unknown and its clone URL does not lie on the forge.</exception>
    public async Task<Repository> ResolveAsync(PushedRepository pushed, string by, CancellationToken ct)
    {
        var known = await writer.FindAsync(pushed.ForgeId, ct);
        var cloneUrl = known is { Pinned: true } ? known.CloneUrl : OnForge(pushed.CloneUrl, writer.BaseUrl(null));
        if (known is not null && known.Owner == pushed.Owner && known.Name == pushed.Name && known.CloneUrl == cloneUrl
            && known.DefaultBranch == pushed.DefaultBranch)
            return known;
        var webUrl = Uri.TryCreate(pushed.WebUrl, UriKind.Absolute, out var web) && web.Scheme is "http" or "https" ? pushed.WebUrl : null;
        var named = new AddRepository(pushed.ForgeId, pushed.Owner, pushed.Name, cloneUrl, pushed.DefaultBranch, webUrl);
        return await writer.SaveAsync(RepositoryId.New(time.GetUtcNow()), named, pinned: false, by, ct);
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
