using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Reading;

/// <summary>Artifacts as tasks may read them: only those of the task's own release.</summary>
internal sealed class DeployableArtifacts(ReleaseQueries releases, ArtifactQueries artifacts)
{
    /// <returns>Null when the task's release has no such artifact, or its bytes are gone.</returns>
    public async Task<Stream?> OpenAsync(RunnerIdentity task, Digest artifact, CancellationToken ct) =>
        task.Subject.Release is { } release && await releases.FindAsync(release, ct) is { } found
            && found.Deployables.Any(d => d.Artifact == artifact)
            ? artifacts.OpenRead(artifact)
            : null;
}
