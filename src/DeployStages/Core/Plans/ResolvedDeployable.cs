using System.Globalization;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Plans;

/// <summary>A deployable with the overrides of one stage applied: exactly what the scheduler gets.</summary>
internal sealed record ResolvedDeployable(
    string Name, string Kind, Digest Artifact, long Bytes, string MediaType, string ArtifactName, string Run, int Instances, decimal Cpus,
    decimal MemoryMb, decimal DiskMb, int Ports, DeployableHealth? Health, IReadOnlyDictionary<string, string> Env, string? Route)
{
    /// <summary>How the runs of a cron or a job start and end; null for what runs all the time.</summary>
    public DeployableRuns? Runs { get; init; }

    /// <summary>Container image; null: none.</summary>
    public string? Image { get; init; }

    /// <summary>The deployable as it is in the stage.</summary>
    public static ResolvedDeployable For(ReleaseDeployable d, string stage)
    {
        var over = d.Stages.GetValueOrDefault(stage);
        var env = new SortedDictionary<string, string>(d.Env.ToDictionary(), StringComparer.Ordinal);
        foreach (var (name, value) in over?.Env ?? new Dictionary<string, string>())
            env[name] = value;
        return new ResolvedDeployable(
            d.Name, d.Kind, d.Artifact, d.Bytes, d.MediaType, d.ArtifactName, d.Run, over?.Instances ?? d.Instances, over?.Cpus ?? d.Cpus,
            over?.MemoryMb ?? d.MemoryMb, d.DiskMb, d.Ports, d.Health, env, d.Route)
        { Runs = d.Runs, Image = d.Image };
    }

    /// <summary>Every field that a person may compare, as text, sorted by name.</summary>
    public IReadOnlyDictionary<string, string> Fields()
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["artifact"] = Artifact.ToString(),
            ["run"] = Run,
            ["instances"] = Instances.ToString(CultureInfo.InvariantCulture),
            ["cpus"] = Cpus.ToString("0.###", CultureInfo.InvariantCulture),
            ["memory"] = MemoryMb.ToString("0.###", CultureInfo.InvariantCulture) + "MB",
            ["disk"] = DiskMb.ToString("0.###", CultureInfo.InvariantCulture) + "MB",
            ["ports"] = Ports.ToString(CultureInfo.InvariantCulture),
            ["health"] = HealthText(),
        };
        if (Image is not null)
            fields["image"] = Image;
        if (Route is not null)
            fields["route"] = Route;
        foreach (var (name, value) in RunFields())
            fields[name] = value;
        foreach (var (name, value) in Env)
            fields["env." + name] = value;
        return fields;
    }

    private IEnumerable<(string Name, string Value)> RunFields()
    {
        if (Runs is not { } runs)
            yield break;
        if (runs.Schedule is not null)
            yield return ("schedule", $"{runs.Schedule} {runs.Timezone}");
        if (runs.Overlap is not null)
            yield return ("overlap", runs.Overlap);
        if (runs.CatchUp is not null)
            yield return ("catch-up", runs.CatchUp);
        if (runs.OnDeploy is { } once)
            yield return ("run-on-deploy", once ? "yes" : "no");
        if (runs.TimeoutSeconds is { } seconds)
            yield return ("timeout", seconds.ToString("0.###", CultureInfo.InvariantCulture) + "s");
        if (runs.Retries is { } retries)
            yield return ("retries", retries.ToString(CultureInfo.InvariantCulture));
        if (runs.MaxRunning is { } most)
            yield return ("max-running", most.ToString(CultureInfo.InvariantCulture));
    }

    private string HealthText() => Health is not { } h ? "none" : string.Create(
        CultureInfo.InvariantCulture,
        $"{h.Http ?? "tcp"} startup {h.StartupSeconds}s interval {h.IntervalSeconds}s timeout {h.TimeoutSeconds}s "
        + $"successes {h.Successes} for {h.HealthyForSeconds}s");
}
