using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core;

/// <summary>What a promotion would change, without what changes by itself (gates, times).</summary>
public sealed record PlanCore(
    string Stage, string Cluster, ReleaseRef? From, ReleaseRef To, ReleaseRef? RollbackTarget,
    IReadOnlyList<DeployableChange> Deployables)
{
    /// <summary>SHA-256 over the canonical JSON: what an approval binds to.</summary>
    public string Digest { get; } = Kernel.Digest.Of(JsonSerializer.SerializeToUtf8Bytes(
        new { v = 1, Stage, Cluster, From = From?.Digest, To = To.Digest, RollbackTarget = RollbackTarget?.Digest, Deployables },
        StoredJson.Options)).ToString();
}

/// <summary>Compares two releases in a stage. Pure.</summary>
public static class Planner
{
    public static PlanCore Plan(StagePolicy stage, Release? from, Release to, Release? target) => new(
        stage.Name, stage.Cluster, Ref(from), Ref(to)!, Ref(target), Changes(stage.Name, from, to));

    private static ReleaseRef? Ref(Release? release) =>
        release is null ? null : new ReleaseRef(release.Digest, release.Number, release.CommitSha);

    private static List<DeployableChange> Changes(string stage, Release? from, Release to)
    {
        var was = (from?.Deployables ?? []).ToDictionary(d => d.Name, d => ResolvedDeployable.For(d, stage));
        var now = to.Deployables.ToDictionary(d => d.Name, d => ResolvedDeployable.For(d, stage));
        return [.. was.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Select(name => Compare(was.GetValueOrDefault(name), now.GetValueOrDefault(name)))];
    }

    private static DeployableChange Compare(ResolvedDeployable? was, ResolvedDeployable? now)
    {
        var before = was?.Fields() ?? new Dictionary<string, string>();
        var after = now?.Fields() ?? new Dictionary<string, string>();
        var fields = before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(f => new FieldChange(f, before.GetValueOrDefault(f), after.GetValueOrDefault(f)))
            .Where(f => f.Was != f.Now)
            .ToList();
        var change = was is null ? "added" : now is null ? "removed" : fields.Count > 0 ? "changed" : "unchanged";
        return new DeployableChange((now ?? was)!.Name, (now ?? was)!.Kind, change, fields);
    }
}
