using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Sources;

/// <summary>A tar of what a module needs of the repository.</summary>
internal sealed record SourceBundle(Digest Digest, long Bytes);

/// <summary>
/// Makes source bundles: the module's path and those of everything it depends on, named by the ids of their trees, so that
/// what did not change is never packed again.
/// </summary>
internal sealed class SourceBundles(
    NpgsqlDataSource db, SourceQueries sources, CommitCommands commits, IOptions<BuildRunnerOptions> options, TimeProvider time)
{
    private const string Find = "SELECT digest, bytes FROM build.bundle WHERE repository_id = @repository AND key = @key";
    private const string Save = """
        INSERT INTO build.bundle (repository_id, key, digest, bytes, made_at) VALUES (@repository, @key, @digest, @bytes, @now)
        ON CONFLICT (repository_id, key) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, made_at = excluded.made_at
        """;
    private readonly string root = Path.GetFullPath(Path.Combine(options.Value.DataDirectory, "bundles"));

    public string PathOf(Digest digest) => Path.Combine(root, $"{digest.Hex}.tar");

    /// <summary>The bundle of the paths at the commit, which is fetched again when the mirror has lost it.</summary>
    /// <returns>Null when the remote does not have the commit any more either.</returns>
    public async Task<SourceBundle?> MakeAsync(RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, CancellationToken ct)
    {
        try
        {
            return await PackAsync(repository, sha, paths, ct);
        }
        catch (InvalidOperationException)
        {
            // What fails although the commit is there fails again, for its own reason.
            return await commits.EnsureAsync(Caller.System("builds"), repository, sha, ct) is null
                ? null
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

    private async Task<SourceBundle> PackAsync(RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, CancellationToken ct)
    {
        var key = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', paths.Select(p => $"{p}\0{sources.TreeId(repository, sha, p)}")))).Hex;
        if (await FindAsync(repository, key, ct) is { } known && File.Exists(PathOf(known.Digest)))
            return known;
        Directory.CreateDirectory(root);
        var temporary = Path.Combine(root, $"{key[..12]}-{Path.GetRandomFileName()}.part");
        try
        {
            await sources.ArchiveAsync(repository, sha, paths is [""] ? [] : paths, temporary, ct);
            var bundle = await MeasureAsync(temporary, ct);
            File.Move(temporary, PathOf(bundle.Digest), overwrite: true);
            await SaveAsync(repository, key, bundle, ct);
            return bundle;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

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
