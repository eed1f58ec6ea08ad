using System.Text;
using LibGit2Sharp;
using GitRepository = LibGit2Sharp.Repository;
using Repository = Pipeline.GitWebhooks.Contract.Repository;

namespace Pipeline.GitWebhooks.Git;

/// <summary>
/// Brings refs of a remote into a mirror, and takes away those that the remote has no more. Libgit2 does it in the process, which is
/// fastest, but ends at the first commit that it cannot parse, in whatever branch it stands: then git's own program does it, and always
/// from a folder.
/// </summary>
internal sealed class Fetches(GitHubOptions github)
{
    private const string User = "x-access-token";

    // Above it git reads and writes a file in pieces.
    private const string LargeFiles = "core.bigFileThreshold=16m";

    /// <exception cref="LibGit2SharpException">The remote cannot be reached or refuses.</exception>
    public async Task RunAsync(GitRepository git, Repository repository, string refspec, CancellationToken ct)
    {
        // From a folder libgit2 takes every object whole into the memory of this process, however large it is. It says best what is wrong.
        if (IsFolder(repository.CloneUrl) && await ByProgramAsync(git, repository.CloneUrl, refspec, ct))
            return;
        try
        {
            ByLibrary(git, repository, refspec, ct);
        }
        catch (LibGit2SharpException) when (!ct.IsCancellationRequested)
        {
            if (!await ByProgramAsync(git, repository.CloneUrl, refspec, ct))
                throw;
        }

        ct.ThrowIfCancellationRequested();
    }

    private static bool IsFolder(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.IsFile;

    private void ByLibrary(GitRepository git, Repository repository, string refspec, CancellationToken ct)
    {
        var options = new FetchOptions
        {
            TagFetchMode = TagFetchMode.None,
            Prune = true,
            OnTransferProgress = _ => !ct.IsCancellationRequested,
            OnProgress = _ => !ct.IsCancellationRequested,
            CredentialsProvider = (url, _, _) => TokenFor(url) is { } token
                ? new UsernamePasswordCredentials { Username = User, Password = token }
                : new DefaultCredentials(),
        };
        Commands.Fetch(git, RemoteOf(git, repository.CloneUrl), [refspec], options, "fetch");
    }

    // The token is in no argument, which everybody at the machine can read.
    private async Task<bool> ByProgramAsync(GitRepository git, string url, string refspec, CancellationToken ct)
    {
        var environment = new Dictionary<string, string> { ["GIT_TERMINAL_PROMPT"] = "0" };
        if (TokenFor(url) is { } token)
        {
            environment["GIT_CONFIG_COUNT"] = "1";
            environment["GIT_CONFIG_KEY_0"] = $"http.{new Uri(github.BaseUrl).GetLeftPart(UriPartial.Authority)}/.extraHeader";
            environment["GIT_CONFIG_VALUE_0"] =
                $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{token}"))}";
        }

        try
        {
            await GitProgram.RunAsync(
                git.Info.Path,
                [
                    "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.unpackLimit=1", "-c", LargeFiles, "fetch",
                    "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--", url, refspec,
                ],
                ct, environment);
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("find remote ref", StringComparison.Ordinal))
        {
            git.Refs.Remove(refspec[(refspec.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // Fetched by explicit refspecs only: the remote's own names a ref that is nowhere, so that nothing else is updated or pruned.
    private static string RemoteOf(GitRepository git, string url)
    {
        const string name = "forge";
        if (git.Network.Remotes[name] is not { } remote)
            git.Network.Remotes.Add(name, url, "+refs/pipeline/none:refs/pipeline/none");
        else if (remote.Url != url)
            git.Network.Remotes.Update(name, r => r.Url = url);
        return name;
    }

    // It goes to the forge it is for and nowhere else.
    private string? TokenFor(string url) =>
        github.Token is { Length: > 0 } token && Uri.TryCreate(url, UriKind.Absolute, out var target)
            && target.Scheme == Uri.UriSchemeHttps && target.Authority == new Uri(github.BaseUrl).Authority
            ? token
            : null;
}
