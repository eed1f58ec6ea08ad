using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Data;
using Pipeline.GitWebhooks.Contract.Queries;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>A name belongs to the repository that deployed it first: another repository must not replace its tasks. Joins the ambient
/// transaction.</summary>
internal sealed class NameChecks(DeployableStore deployables, RepositoryQueries repositories)
{
    /// <summary>The first name of the release that is another repository's, with its owner; null when all are its own.</summary>
    public async Task<string?> ProblemAsync(Release release, CancellationToken ct)
    {
        var taken = await deployables.OfNamesAsync([.. release.Deployables.Select(d => d.Name)], ct);
        if (taken.FirstOrDefault(d => d.Repository != release.RepositoryId) is not { } other)
            return null;
        var owner = (await repositories.GetAsync(other.Repository, ct))?.FullName ?? other.Repository.ToString();
        return $"The deployable name '{other.Name}' belongs to another repository, {owner}: rename it in .pipeline.yaml.";
    }
}
