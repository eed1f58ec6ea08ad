using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Reading;

/// <summary>Artifacts as tasks may read them: only those of the task's own release. A release that is held starts nowhere anew.</summary>
internal sealed class DeployableArtifacts(ReleaseQueries releases, ArtifactQueries artifacts, DeployStore deploys)
{
    /// <summary>What the task gets.</summary>
    /// <param name="HeldReason">Why its release may not start; null when it may.</param>
    /// <param name="Content">Null when the task's release has no such artifact, or its bytes are gone.</param>
    public sealed record Answer(string? HeldReason, Stream? Content);

    /// <summary>Of the artifact of that digest. A deploy that was healthy before the hold goes on replacing its instances.</summary>
    public async Task<Answer> OpenAsync(RunnerIdentity task, Digest artifact, CancellationToken ct)
    {
        if (task.Subject.Release is not { } digest || await releases.FindAsync(digest, ct) is not { } release)
            return new Answer(null, null);
        if (release.HeldReason is { } held && !await deploys.WasHealthyAsync(task.Cluster, task.RunId.Split(".run.")[0], ct))
            return new Answer($"Release {release.Number} is held: {held}", null);
        return new Answer(null, release.Deployables.Any(d => d.Artifact == artifact) ? artifacts.OpenRead(artifact) : null);
    }
}
