using System.Collections.Concurrent;
using LibGit2Sharp;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using GitCommit = LibGit2Sharp.Commit;
using GitRepository = LibGit2Sharp.Repository;
using Repository = Pipeline.GitWebhooks.Contract.Repository;

namespace Pipeline.GitWebhooks.Git;

/// <summary>
/// One bare mirror a repository, under <c>&lt;data&gt;/mirrors/&lt;id&gt;.git</c>. Reads need no lock: objects never change and libgit2
/// never collects them, so a commit that was once fetched stays readable after a forced push.
/// </summary>
internal sealed class Mirror
{
    private readonly string root;
    private readonly Fetches fetches;
    private readonly ConcurrentDictionary<RepositoryId, SemaphoreSlim> locks = new();
    private readonly Lock creating = new();

    // Clone URLs of files are registered by a person, who may own them under another user id.
    static Mirror() => GlobalSettings.SetOwnerValidation(false);

    public Mirror(IOptions<GitWebhooksOptions> options)
    {
        root = Path.GetFullPath(options.Value.Mirrors);
        fetches = new Fetches(options.Value.GitHub);
    }

    public string PathOf(RepositoryId repository) => Path.Combine(root, $"{repository.Value:N}.git");

    /// <summary>Brings a branch up to date and gives what the remote says it points to now; null when it has no such branch.</summary>
    /// <exception cref="LibGit2SharpException">The remote cannot be reached or refuses.</exception>
    public Task<CommitSha?> FetchBranchAsync(Repository repository, string branch, CancellationToken ct) =>
        LockedAsync(
            repository.Id,
            async () =>
            {
                using var git = Open(repository.Id);
                // A flat local name: 'a' and 'a/b' may follow each other on the remote, and twins differ by case only.
                var local = $"refs/pipeline/{Digest.Of(System.Text.Encoding.UTF8.GetBytes(branch)).Hex[..40]}";
                await fetches.RunAsync(git, repository, $"+refs/heads/{branch}:{local}", ct);
                return git.Refs[local] is { } head ? CommitSha.Parse(head.ResolveToDirectReference().TargetIdentifier) : (CommitSha?)null;
            },
            ct);

    /// <summary>Makes the commit readable: fetches it by name when it is not here, then every branch when the remote does not serve
    /// names.</summary>
    /// <returns>False when the remote does not have it any more.</returns>
    public Task<bool> FetchCommitAsync(Repository repository, CommitSha sha, CancellationToken ct) =>
        LockedAsync(
            repository.Id,
            async () =>
            {
                using var git = Open(repository.Id);
                if (Holds(git, sha))
                    return true;
                foreach (var spec in new[] { $"+{sha}:refs/pipeline/commit-{sha}", "+refs/heads/*:refs/pipeline/all/*" })
                {
                    try
                    {
                        await fetches.RunAsync(git, repository, spec, ct);
                    }
                    catch (LibGit2SharpException) when (spec[1] != 'r')
                    {
                        // Servers may refuse names that no ref shows (uploadpack.allowReachableSHA1InWant): the branches are asked next.
                    }

                    if (Holds(git, sha))
                        return true;
                }

                return false;
            },
            ct);

    /// <summary>Whether anything of the repository was fetched yet.</summary>
    public bool Exists(RepositoryId repository)
    {
        Transactions.RequireNone();
        return Directory.Exists(PathOf(repository));
    }

    public bool Contains(RepositoryId repository, CommitSha sha)
    {
        if (!Exists(repository))
            return false;
        using var git = Open(repository);
        return Holds(git, sha);
    }

    /// <summary>Whether there is a folder (or a submodule) at the path of the commit: a file and a link to a folder are none.</summary>
    public bool IsFolder(RepositoryId repository, CommitSha sha, string path)
    {
        using var git = Open(repository);
        return TreeOf(git, sha)[path.Trim('/')] is { TargetType: TreeEntryTargetType.Tree or TreeEntryTargetType.GitLink };
    }

    /// <summary>True when <paramref name="descendant"/> has <paramref name="ancestor"/> in its history, or is the same commit.</summary>
    public bool IsAncestor(RepositoryId repository, CommitSha ancestor, CommitSha descendant)
    {
        Transactions.RequireNone();
        if (ancestor == descendant)
            return true;
        using var git = Open(repository);
        if (!Holds(git, ancestor) || !Holds(git, descendant))
            return false;
        try
        {
            var (a, d) = (git.Lookup<GitCommit>(ancestor.ToString()), git.Lookup<GitCommit>(descendant.ToString()));
            return git.ObjectDatabase.FindMergeBase(a, d)?.Sha == ancestor.ToString();
        }
        catch (LibGit2SharpException)
        {
            // Libgit2 ends at a commit that it cannot parse.
            return GitProgram.Run(git.Info.Path, "rev-list", "--max-count=1", ancestor.ToString(), $"^{descendant}").Length == 0;
        }
    }

    /// <summary>Whether the commit is there; libgit2 may be unable to parse it all the same.</summary>
    public static bool Holds(GitRepository git, CommitSha sha) =>
        new ObjectId(sha.ToString()) is var id && git.ObjectDatabase.Contains(id)
        && git.ObjectDatabase.RetrieveObjectMetadata(id).Type == ObjectType.Commit;

    /// <summary>The repository, made when it is not there yet. The caller disposes it.</summary>
    public GitRepository Open(RepositoryId repository)
    {
        Transactions.RequireNone();
        var path = PathOf(repository);
        if (!IsWhole(path))
        {
            lock (creating)
            {
                if (!IsWhole(path))
                    Create(path);
            }
        }

        return new GitRepository(path);
    }

    // The attributes are written last: a mirror without them is one whose making a crash cut off.
    private static bool IsWhole(string path) => File.Exists(AttributesOf(path)) && GitRepository.IsValid(path);

    private static string AttributesOf(string path) => Path.Combine(path, "info", "attributes");

    // Git makes what is missing and keeps what is there.
    private static void Create(string path)
    {
        GitRepository.Init(path, isBare: true);
        // A pusher's .gitattributes must not drop or rewrite files of the source bundle; this file outranks it.
        var attributes = AttributesOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(attributes)!);
        File.WriteAllText($"{attributes}.new", "* -export-ignore -export-subst\n");
        File.Move($"{attributes}.new", attributes, overwrite: true);
    }

    /// <summary>The files of the commit.</summary>
    /// <exception cref="InvalidOperationException">The mirror does not hold it.</exception>
    public static Tree TreeOf(GitRepository git, CommitSha sha)
    {
        try
        {
            return (git.Lookup<GitCommit>(sha.ToString()) ?? throw CommitReader.NotHeld(sha)).Tree;
        }
        catch (LibGit2SharpException)
        {
            return git.Lookup<Tree>(CommitReader.TreeIn(git, sha));
        }
    }

    private async Task<T> LockedAsync<T>(RepositoryId repository, Func<Task<T>> work, CancellationToken ct)
    {
        var gate = locks.GetOrAdd(repository, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            return await Task.Run(work, ct);
        }
        finally
        {
            gate.Release();
        }
    }
}
