using System.Globalization;
using Microsoft.Extensions.Options;
using Octokit;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Forge;

/// <summary>What the forge itself says of a repository. A delivery says it too, but a body that was signed once can be sent again years
/// later: names and default branches of then are not those of now.</summary>
internal sealed class GitHubRepositories(IOptions<GitWebhooksOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <returns>Null when the forge knows no such repository, or the token cannot see it.</returns>
    /// <exception cref="ForgeUnavailableException">It did not answer, or not now: nothing is known.</exception>
    public async Task<PushedRepository?> FindAsync(long forgeId, CancellationToken ct)
    {
        Transactions.RequireNone();
        var github = options.Value.GitHub;
        var client = new GitHubClient(new Connection(new ProductHeaderValue("Pipeline"), new Uri(github.ApiUrl.TrimEnd('/') + "/")));
        if (!string.IsNullOrEmpty(github.Token))
            client.Credentials = new Credentials(github.Token);
        try
        {
            var found = await client.Repository.Get(forgeId).WaitAsync(Patience, time, ct);
            return new PushedRepository(
                forgeId, found.Owner.Login, found.Name, found.CloneUrl, found.HtmlUrl, found.DefaultBranch ?? "main");
        }
        catch (NotFoundException)
        {
            return null;
        }
        catch (Exception e) when (
            e is ApiException or HttpRequestException or TimeoutException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            throw new ForgeUnavailableException(
                $"GitHub did not say what repository {forgeId.ToString(CultureInfo.InvariantCulture)} is: {e.Message}", e);
        }
    }
}

/// <summary>The forge cannot be asked now; asking again later may help.</summary>
internal sealed class ForgeUnavailableException(string message, Exception cause) : Exception(message, cause);
