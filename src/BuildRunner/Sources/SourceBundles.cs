using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.BuildRunner.Sources;

/// <summary>A tar of what a module needs of the repository.</summary>
internal sealed record SourceBundle(Digest Digest, long Bytes);

/// <summary>What became of a bundle that was wanted.</summary>
internal abstract record BundleOutcome
{
    private BundleOutcome()
    {
    }

    internal sealed record Made(SourceBundle Bundle) : BundleOutcome;

    /// <param name="Reason">What in the repository is in the way, and what to do.</param>
    internal sealed record Refused(string Reason) : BundleOutcome;
}

/// <summary>
/// Makes source bundles: the module's path and those of everything it depends on, with the attributes of the folders above them. The key
/// of a bundle is the tree of just that and the format, so that what did not change is never packed again, and what did always is.
/// </summary>
internal sealed class SourceBundles(
    NpgsqlDataSource db, SourceQueries sources, CommitCommands commits, IOptions<BuildRunnerOptions> options, TimeProvider time)
{
    /// <summary>Raised with every change of how a tree becomes bytes, so that no older bundle stands for a newer one.</summary>
    private const int Format = 2;

    private const string Find = "SELECT digest, bytes FROM build.bundle WHERE repository_id = @repository AND key = @key";
    private const string Save = """
        INSERT INTO build.bundle (repository_id, key, digest, bytes, made_at) VALUES (@repository, @key, @digest, @bytes, @now)
        ON CONFLICT (repository_id, key) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, made_at = excluded.made_at
        """;
    private readonly string root = Path.GetFullPath(options.Value.Bundles);

    public string PathOf(Digest digest) => Path.Combine(root, $"{digest.Hex}.tar");

    /// <summary>The bundle of the paths at the commit, which is fetched again when the mirror has lost it.</summary>
    public async Task<BundleOutcome> MakeAsync(RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, CancellationToken ct)
    {
        try
        {
            return await PackAsync(repository, sha, paths, ct);
        }
        catch (InvalidOperationException)
        {
            // What fails although the commit is there fails again, for its own reason.
            return await commits.EnsureAsync(Caller.System("builds"), repository, sha, ct) is null
                ? new BundleOutcome.Refused($"Commit {sha} is not on the repository's remote any more. Push it again and retry the build.")
                : await PackAsync(repository, sha, paths, ct);
        }
    }

    /// <summary>The paths of the module and of everything it depends on; one empty path when one of them is the whole repository.</summary>
    public static IReadOnlyList<string> PathsOf(PipelineDefinition definition, string module)
    {
        var byName = definition.Modules.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([module]);
        while (open.TryPop(out var name))
        {
            if (!needed.Add(name))
                continue;
            foreach (var dependency in byName[name].DependsOn)
                open.Push(dependency);
        }

        var paths = needed.Select(n => byName[n].Path).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return paths.Contains("") ? [""] : paths;
    }

    private async Task<BundleOutcome> PackAsync(RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, CancellationToken ct)
    {
        IReadOnlyList<string> packed = paths is [""] ? [] : paths;
        var snapshot = sources.SnapshotId(repository, sha, packed);
        var key = Digest.Of(Encoding.UTF8.GetBytes($"{Format}\n{snapshot}")).Hex;
        if (await FindAsync(repository, key, ct) is { } known && IsThere(known))
            return new BundleOutcome.Made(known);
        if (await sources.SubmodulesAsync(repository, snapshot, ct) is [var submodule, ..] all)
            return new BundleOutcome.Refused(SubmoduleProblem(submodule, all.Count));
        Directory.CreateDirectory(root);
        var temporary = Path.Combine(root, $"{key[..12]}-{Path.GetRandomFileName()}.part");
        try
        {
            if (await ArchiveAsync(repository, sha, packed, snapshot, temporary, ct) is { } illegal)
                return new BundleOutcome.Refused(
                    $"The commit has the path '{illegal}', which no git writes to a disk. Remove it from the commit.");
            var bundle = await MeasureAsync(temporary, ct);
            DurableFile.Publish(temporary, PathOf(bundle.Digest));
            await SaveAsync(repository, key, bundle, ct);
            return new BundleOutcome.Made(bundle);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // A file that lost its end with the power is made again.
    private bool IsThere(SourceBundle bundle) =>
        new FileInfo(PathOf(bundle.Digest)) is { Exists: true } file && file.Length == bundle.Bytes;

    /// <returns>A path that stands in the way.</returns>
    private async Task<string?> ArchiveAsync(
        RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, string snapshot, string target, CancellationToken ct)
    {
        try
        {
            await sources.ArchiveAsync(repository, sha, paths, target, ct);
            return null;
        }
        catch (InvalidOperationException)
        {
            if (await sources.IllegalPathsAsync(repository, snapshot, ct) is [var illegal, ..])
                return illegal;
            throw;
        }
    }

    private static string SubmoduleProblem(string path, int count) =>
        $"The submodule '{path}'{(count > 1 ? $" (and {count - 1} more)" : "")} is another repository, which is not fetched: the build"
        + " would find an empty folder. Commit its files instead (git subtree add), or give the module a path that holds no submodule.";

    private static async Task<SourceBundle> MeasureAsync(string path, CancellationToken ct)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return new SourceBundle(Digest.FromHash(await SHA256.HashDataAsync(file, ct)), file.Length);
    }

    private async Task<SourceBundle?> FindAsync(RepositoryId repository, string key, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<(string Digest, long Bytes)?>(new CommandDefinition(
            Find, new { repository = repository.Value, key }, cancellationToken: ct));
        return row is { } found ? new SourceBundle(Digest.Parse(found.Digest), found.Bytes) : null;
    }

    private async Task SaveAsync(RepositoryId repository, string key, SourceBundle bundle, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Save,
            new
            {
                repository = repository.Value, key, digest = bundle.Digest.ToString(), bytes = bundle.Bytes,
                now = time.GetUtcNow().UtcDateTime,
            },
            cancellationToken: ct));
    }
}
