using System.Globalization;
using Pipeline.Kernel.Yaml;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.BuildRunner.Definitions;

internal static class DeployableReader
{
    private static readonly string[] SetByScheduler = ["TASK_ID", "TASK_HOST", "TASK_RACK_ID", "INSTANCE_NO"];
    private static readonly string[] Kinds = ["service", "worker", "cron", "job"];

    public static DeployableDefinition Read(string name, YamlMap body, IReadOnlyList<string> artifacts, DefinitionProblems problems)
    {
        var kind = KindOf(body);
        var map = new MapReader(body, kind is null ? Keys.AnyDeployable : Keys.DeployableOf(kind), problems);
        CheckKind(map, problems);
        var resources = new MapReader(
            map.MapOf("resources") ?? YamlMap.Absent, kind is "cron" or "job" ? Keys.RunResources : Keys.Resources, problems);
        var need = new ResourceDefinition(
            resources.Number("cpus", 0.1m, 0.01m, 256), resources.Megabytes("memory", 128), resources.Megabytes("disk", 128),
            resources.Integer("ports", kind is null or "service" ? 1 : 0, 0, 20));
        CheckVariables(map, need.Ports, problems);
        var runs = RunsReader.Read(map, kind, problems);
        var health = runs is null ? ReadHealth(map, problems) : null;
        if (runs is not null && resources.Has("ports"))
            problems.Add(resources.At("ports"), $"A {kind} runs to its end and gets no ports.", "Remove 'ports', or make it a worker.");
        if (health is not null && need.Ports == 0)
            problems.Add(map.At("health"), "A health check needs a port.", "Set resources: { ports: 1 }.");
        var route = runs is null ? ReadRoute(map, kind, need.Ports, problems) : null;
        return new DeployableDefinition(
            name, kind ?? "service", ReadArtifact(map, artifacts, problems), map.Text("run", required: true, 64 * 1024) ?? "",
            runs is null ? map.Integer("instances", 1, 1, 1000) : 1, need, health, map.Variables("env"), route,
            ReadStages(map, runs is null ? Keys.Stage : Keys.RunStage, problems))
        {
            Runs = runs, Image = map.Image(),
        };
    }

    // Null when it is none: then nothing can be said about the keys that only some kinds have.
    private static string? KindOf(YamlMap body) => body.Entries.FirstOrDefault(e => e.Key.Text == "kind")?.Value switch
    {
        null => "service",
        YamlScalar { Text: var text } when Kinds.Contains(text) => text,
        _ => null,
    };

    private static void CheckKind(MapReader map, DefinitionProblems problems)
    {
        if (map.Text("kind") is not { } kind || Kinds.Contains(kind))
            return;
        var near = Spelling.Nearest(kind.ToLowerInvariant(), Kinds, _ => 2);
        problems.Add(
            map.At("kind"), $"'kind' must be service, worker, cron or job, not {TextRules.Quote(kind)}.",
            kind is "on-demand" or "run-once" or "task" ? "Write job: it runs on request."
            : near is null ? null : $"Did you mean '{near}'?");
    }

    private static string ReadArtifact(MapReader map, IReadOnlyList<string> known, DefinitionProblems problems)
    {
        if (map.Text("artifact", required: true) is not { } artifact)
            return "";
        if (!known.Contains(artifact))
            problems.Add(
                map.At("artifact"), $"No module makes an artifact {TextRules.Quote(artifact)}.",
                ModuleGraph.Nearest(artifact, known) ?? "List it under artifacts of a module.");
        return artifact;
    }

    private static HealthDefinition? ReadHealth(MapReader map, DefinitionProblems problems)
    {
        if (map.MapOf("health") is not { } body)
            return null;
        var health = new MapReader(body, Keys.Health, problems);
        var http = health.Text("http");
        if (http is not null && (http[0] != '/' || http.Any(c => c is <= ' ' or > '~' or '#')))
            problems.Add(
                health.At("http"), $"'http' must be a path that begins with '/', not {TextRules.Quote(http)}.",
                http[0] == '/' ? "It has no spaces, no '#', and other characters as their %-codes." : null);
        return new HealthDefinition(
            http, health.Seconds("startup", 120), health.Seconds("interval", 5), health.Seconds("timeout", 5),
            health.Integer("successes", 2, 1, 100), health.Seconds("healthy_for", 1));
    }

    private static string? ReadRoute(MapReader map, string? kind, int ports, DefinitionProblems problems)
    {
        if (map.Text("route") is not { } route)
            return null;
        if (kind is not (null or "service"))
            problems.Add(map.At("route"), $"A {kind} takes no traffic, so it has no route.", "Remove 'route', or make it a service.");
        else if (!RoutePath.IsLiteral(route))
            problems.Add(map.At("route"), $"{TextRules.Quote(route)} cannot be a route.", RoutePath.Rule);
        else if (ports == 0)
            problems.Add(map.At("route"), "A route needs a port.", "Set resources: { ports: 1 }.");
        return route;
    }

    private static SortedDictionary<string, StageDefinition> ReadStages(MapReader map, Keys keys, DefinitionProblems problems)
    {
        var stages = new SortedDictionary<string, StageDefinition>(StringComparer.Ordinal);
        foreach (var entry in map.MapOf("stages")?.Entries ?? [])
        {
            if (Keys.IsFree(entry.Key.Text))
                continue;
            if (!Values.IsName(entry.Key.Text))
                problems.Add(entry.Key, $"{TextRules.Quote(entry.Key.Text)} cannot name a stage.", Values.NameHint);
            else if (entry.Value is not YamlMap body)
                problems.Add(entry.Value, $"The stage '{entry.Key.Text}' must be a map, not {TextRules.Describe(entry.Value)}.");
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

    // What a definition says of a variable that the scheduler gives every instance would be left out without a word.
    private static void CheckVariables(MapReader deployable, int ports, DefinitionProblems problems)
    {
        string[] given =
        [
            .. SetByScheduler, .. ports > 0 ? ["PORT"] : Array.Empty<string>(),
            .. Enumerable.Range(0, ports).Select(i => $"PORT{i.ToString(CultureInfo.InvariantCulture)}"),
        ];
        var stages = (deployable.Node("stages") as YamlMap)?.Entries ?? [];
        var variables = stages.Where(s => !Keys.IsFree(s.Key.Text)).Select(s => s.Value as YamlMap).Append(deployable.Map)
            .SelectMany(m => (m?.Entries ?? []).Where(e => e.Key.Text == "env"))
            .SelectMany(e => (e.Value as YamlMap)?.Entries ?? []);
        foreach (var name in variables.Select(v => v.Key).Where(k => given.Contains(k.Text)))
        {
            problems.Add(
                name, $"'{name.Text}' is set by the scheduler for each instance.",
                name.Text.StartsWith("PORT", StringComparison.Ordinal) ? "Let the program listen on $PORT." : "Choose another name.");
        }
    }
}
