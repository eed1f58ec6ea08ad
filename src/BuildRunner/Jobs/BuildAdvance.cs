using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Sources;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Moves a build on: bundles are made before the lock is taken, then everything that follows is written at once.</summary>
internal sealed class BuildAdvance(BuildStore builds, SourceBundles bundles, TaskSpecs specs, RunStates runs, BuildProgress progress)
{
    /// <param name="buildId">The build.</param>
    /// <param name="known">How tasks ended as an event says, by module build; the scheduler's rows say the rest.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task RunAsync(Guid buildId, IReadOnlyDictionary<Guid, TaskEnd> known, CancellationToken ct)
    {
        if (await builds.RowAsync(new BuildId(buildId), ct) is not { BuildState: BuildState.Running } build
            || build.ToDefinition() is not { } definition)
            return;
        var modules = await builds.ModulesAsync(new BuildId(buildId), ct);
        var ends = await runs.EndsAsync([.. modules.Where(m => !known.ContainsKey(m.Id))], ct);
        foreach (var (module, end) in known)
            ends[module] = end;
        var ready = new Dictionary<string, ModuleStart>(StringComparer.Ordinal);
        foreach (var name in BuildMachine.Next([.. modules.Select(m => m.ToNode())]).Start)
        {
            var made = await bundles.MakeAsync(
                new RepositoryId(build.RepositoryId), CommitSha.Parse(build.Sha), SourceBundles.PathsOf(definition, name), ct);
            ready[name] = made switch
            {
                BundleOutcome.Made { Bundle: var source } => new ModuleStart.Ready(
                    await specs.RunOfAsync(
                        build, definition.Modules.First(m => m.Name == name), modules.First(m => m.Name == name), source, ct),
                    source),
                BundleOutcome.Refused { Reason: var reason } => new ModuleStart.Impossible(reason),
                _ => throw new InvalidOperationException($"Unknown outcome {made}."),
            };
        }

        await Transactions.InTransactionAsync(token => progress.WriteAsync(buildId, ends, ready, token), ct);
    }
}
