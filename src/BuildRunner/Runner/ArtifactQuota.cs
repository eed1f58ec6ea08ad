using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel.Postgres;

namespace Pipeline.BuildRunner.Runner;

/// <summary>What a task and a repository may store. Bytes are counted before they are sent, so that many at once are no way round.
/// </summary>
internal sealed class ArtifactQuota(ArtifactBytes counted, IOptions<BuildRunnerOptions> options)
{
    private readonly long module = options.Value.ModuleArtifactBytes;
    private readonly long repository = options.Value.RepositoryArtifactBytes;

    /// <returns>Why the bytes are not taken, with the limit, the size and the setting; null when they are counted.</returns>
    public Task<string?> TakeAsync(RunnerTask task, long bytes, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            var now = await counted.LockAsync(task.Id, token);
            if (bytes > module - now.Module)
                return $"The artifacts of module '{task.Module.Name}' come to {Size(now.Module + bytes)}; "
                    + $"a module may store {Size(module)} (BuildRunner:ModuleArtifactBytes).";
            if (bytes > repository - now.Repository)
                return $"The artifacts of the repository come to {Size(now.Repository + bytes)}; "
                    + $"a repository may store {Size(repository)} (BuildRunner:RepositoryArtifactBytes).";
            await counted.AddAsync(task.Id, bytes, token);
            return null;
        },
        ct);

    /// <summary>Nothing was kept of bytes that were counted.</summary>
    public Task ReturnAsync(RunnerTask task, long bytes) => counted.AddAsync(task.Id, -bytes, CancellationToken.None);

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{(bytes / (double)(1L << 30)).ToString("0.##", CultureInfo.InvariantCulture)} GB",
        >= 1L << 20 => $"{(bytes / (double)(1L << 20)).ToString("0.##", CultureInfo.InvariantCulture)} MB",
        _ => $"{bytes} bytes",
    };
}
