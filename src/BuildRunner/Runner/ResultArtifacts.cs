using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Runner;

/// <summary>The artifacts of a module. A success counts only when everything that was to be made is in the store.</summary>
internal sealed class ResultArtifacts(BuildStore builds, ArtifactQueries store, ArtifactCommands artifacts)
{
    /// <summary>The result and what it made; a failure that names the first artifact that is missing, and nothing.</summary>
    public async Task<(RunnerResult Result, IReadOnlyList<ReleaseArtifact> Made)> CheckAsync(
        RunnerTask task, BuildResult sent, CancellationToken ct)
    {
        var result = new RunnerResult(sent.Outcome == "succeeded", sent.FailedStep, sent.ExitCode, ParseClass(sent.Class), sent.Reason);
        if (!result.Succeeded)
            return (result, []);
        var definition = await builds.DefinitionAsync(task.Build, ct);
        var made = new List<ReleaseArtifact>();
        foreach (var expected in definition?.Modules.FirstOrDefault(m => m.Name == task.Module.Name)?.Artifacts ?? [])
        {
            if (sent.Artifacts.FirstOrDefault(a => a.Name == expected.Name) is not { } built
                || !Digest.TryParse(built.Digest, out var digest))
                return (Missing(FailureClass.Config, $"The artifact '{expected.Name}' ({expected.Path}) was not made."), []);
            if (!store.Has(digest))
                return (Missing(FailureClass.Infra, $"The artifact '{expected.Name}' did not arrive: {digest}."), []);
            made.Add(new ReleaseArtifact(built.Name, task.Module.Name, digest, built.Bytes, built.MediaType));
        }

        return (result, made);
    }

    /// <summary>Records what <see cref="CheckAsync"/> found.</summary>
    /// <exception cref="IOException">The bytes have left the store since then.</exception>
    public async Task RecordAsync(RunnerTask task, IReadOnlyList<ReleaseArtifact> made, CancellationToken ct)
    {
        foreach (var artifact in made)
        {
            if (!await artifacts.RecordAsync(Caller.System("runner"), task.Build, artifact, task.Identity.Subject, ct))
                throw new IOException($"The artifact '{artifact.Name}' ({artifact.Digest}) is not in the store any more.");
        }
    }

    private static RunnerResult Missing(FailureClass failure, string reason) => new(false, null, null, failure, reason);

    // By name only: digits and lists parse too, to classes that there are not and that no row takes.
    private static FailureClass? ParseClass(string? text)
    {
        foreach (var known in Enum.GetValues<FailureClass>())
        {
            if (string.Equals(known.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return known;
        }

        return null;
    }
}
