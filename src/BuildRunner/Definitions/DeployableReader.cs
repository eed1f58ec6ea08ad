using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

internal static class DeployableReader
{
    private static readonly string[] Kinds = ["service", "worker", "cron", "job"];

    public static DeployableDefinition Read(string name, YamlMap body, IReadOnlyList<ModuleDefinition> modules, DefinitionProblems problems)
    {
        var map = new MapReader(body, Keys.Deployable, problems);
        var kind = ReadKind(map, problems);
        var resources = new MapReader(map.MapOf("resources") ?? YamlMap.Absent, Keys.Resources, problems);
        var need = new ResourceDefinition(
            resources.Number("cpus", 0.1m, 0.01m, 256), resources.Megabytes("memory", 128), resources.Megabytes("disk", 128),
            resources.Integer("ports", kind == "service" ? 1 : 0, 0, 20));
        var runs = RunsReader.Read(map, kind, problems);
        var health = runs is null ? ReadHealth(map, problems) : null;
        if (runs is not null && resources.Has("ports"))
            problems.Add(resources.At("ports"), $"A {kind} runs to its end and gets no ports.", "Remove 'ports', or make it a worker.");
        if (health is not null && need.Ports == 0)
            problems.Add(map.At("health"), "A health check needs a port.", "Set resources: { ports: 1 }.");
        var route = runs is null ? ReadRoute(map, kind, need.Ports, problems) : null;
        return new DeployableDefinition(
            name, kind, ReadArtifact(map, modules, problems), map.Text("run", required: true, 64 * 1024) ?? "",
            runs is null ? map.Integer("instances", 1, 1, 1000) : 1, need, health, map.Variables("env"), route,
            ReadStages(map, runs is null ? Keys.Stage : Keys.RunStage, problems))
        {
            Runs = runs, Image = map.Text("image", max: 300),
        };
    }

    private static string ReadKind(MapReader map, DefinitionProblems problems)
    {
        var kind = map.Text("kind") ?? "service";
        if (kind is "on-demand" or "run-once" or "task")
            problems.Add(map.At("kind"), $"'kind' must be service, worker, cron or job, not '{kind}'.", "Write job: it runs when asked.");
        else if (!Kinds.Contains(kind))
            problems.Add(map.At("kind"), $"'kind' must be service, worker, cron or job, not '{kind}'.");
        return kind;
    }

    private static string ReadArtifact(MapReader map, IReadOnlyList<ModuleDefinition> modules, DefinitionProblems problems)
    {
        if (map.Text("artifact", required: true) is not { } artifact)
            return "";
        var known = modules.SelectMany(m => m.Artifacts).Select(a => a.Name).ToList();
        if (!known.Contains(artifact))
            problems.Add(
                map.At("artifact"), $"No module makes an artifact '{artifact}'.",
                ModuleGraph.Nearest(artifact, known) ?? "List it under artifacts of a module.");
        return artifact;
    }

    private static HealthDefinition? ReadHealth(MapReader map, DefinitionProblems problems)
    {
        if (map.MapOf("health") is not { } body)
            return null;
        var health = new MapReader(body, Keys.Health, problems);
        var http = health.Text("http");
        if (http is not null && (http[0] != '/' || http.Any(c => c <= ' ' || c > '~')))
            problems.Add(health.At("http"), $"'http' must be a path that begins with '/', not '{http}'.");
        return new HealthDefinition(
            http, health.Seconds("startup", 120), health.Seconds("interval", 5), health.Seconds("timeout", 5),
            health.Integer("successes", 2, 1, 100), health.Seconds("healthy_for", 1));
    }

    private static string? ReadRoute(MapReader map, string kind, int ports, DefinitionProblems problems)
    {
        if (map.Text("route") is not { } route)
            return null;
        if (kind != "service")
            problems.Add(map.At("route"), $"A {kind} takes no traffic, so it has no route.", "Remove 'route', or make it a service.");
        else if (route[0] != '/' || route.Any(c => c <= ' ' || c > '~' || c is '?' or '#' or '\\') || route.Split('/').Contains(".."))
            problems.Add(map.At("route"), $"'route' must be a path that begins with '/', not '{route}'.");
        else if (ports == 0)
            problems.Add(map.At("route"), "A route needs a port.", "Set resources: { ports: 1 }.");
        return route;
    }

    private static SortedDictionary<string, StageDefinition> ReadStages(MapReader map, Keys keys, DefinitionProblems problems)
    {
        var stages = new SortedDictionary<string, StageDefinition>(StringComparer.Ordinal);
        foreach (var entry in map.MapOf("stages")?.Entries ?? [])
        {
            if (entry.Key.Text.StartsWith("x-", StringComparison.Ordinal))
                continue;
            if (!Values.IsName(entry.Key.Text))
                problems.Add(entry.Key, $"{entry.Key.Kind} cannot name a stage.");
            else if (entry.Value is not YamlMap body)
                problems.Add(entry.Value, $"The stage '{entry.Key.Text}' must be a map, not {entry.Value.Kind}.");
            else
                stages[entry.Key.Text] = ReadStage(new MapReader(body, keys, problems), problems);
        }

        return stages;
    }

    private static StageDefinition ReadStage(MapReader stage, DefinitionProblems problems)
    {
        var resources = new MapReader(stage.MapOf("resources") ?? YamlMap.Absent, Keys.StageResources, problems);
        return new StageDefinition(
            stage.Has("instances") ? stage.Integer("instances", 1, 1, 1000) : null,
            stage.Variables("env"),
            resources.Has("cpus") ? resources.Number("cpus", 0.1m, 0.01m, 256) : null,
            resources.Has("memory") ? resources.Megabytes("memory", 128) : null);
    }
}
