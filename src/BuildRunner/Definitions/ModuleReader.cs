using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>A module with the places of what refers to others.</summary>
internal sealed record PlacedModule(
    ModuleDefinition Module, YamlNode At, IReadOnlyList<YamlScalar> DependsOn, IReadOnlyDictionary<string, YamlNode> ArtifactsAt);

internal static class ModuleReader
{
    private const double DefaultTimeout = 30 * 60;
    private const int MaxScript = 64 * 1024;

    public static PlacedModule Read(YamlScalar name, MapReader module, Func<string, bool> exists, DefinitionProblems problems)
    {
        var path = ReadPath(module, "path", problems, mayBeRoot: true) ?? "";
        if (path.Length > 0 && !exists(path))
            problems.Add(
                module.At("path"), $"There is no folder {TextRules.Quote(path)} in the repository at this commit.",
                "Paths are relative to the repository; a file or a symbolic link is no folder.");
        var timeout = module.Seconds("timeout", DefaultTimeout);
        var dependsOn = ReadDependencies(module, problems);
        var artifacts = ReadArtifacts(module, problems, out var places);
        var steps = ReadSteps(module, timeout, problems);
        if (module.Node("steps") is null or YamlList { Items.Count: 0 })
            problems.Add(name, $"The module '{name.Text}' has no steps.", "Add steps: [{ name: build, run: ./build.sh }]");
        return new PlacedModule(
            new ModuleDefinition(
                name.Text, path, [.. dependsOn.Select(d => d.Text)], module.Image(),
                ReadResources(module, problems), timeout, module.Variables("env"), steps, artifacts),
            name,
            dependsOn,
            places);
    }

    internal static string? ReadPath(MapReader map, string key, DefinitionProblems problems, bool mayBeRoot)
    {
        if (map.Text(key, max: 500) is not { } path)
            return null;
        var clean = Values.CleanPath(path);
        if (Values.IsInside(path) && (mayBeRoot || clean.Length > 0))
            return clean;
        problems.Add(
            map.At(key), $"'{key}' must lie inside the repository: {TextRules.Quote(path)} does not.",
            "Write it relative, without '..', '\\' and control characters.");
        return null;
    }

    private static ResourceDefinition ReadResources(MapReader module, DefinitionProblems problems)
    {
        var resources = new MapReader(module.MapOf("resources") ?? YamlMap.Absent, Keys.ModuleResources, problems);
        return new ResourceDefinition(
            resources.Number("cpus", 0.5m, 0.01m, 256), resources.Megabytes("memory", 512), resources.Megabytes("disk", 1024), 0);
    }

    private static List<YamlScalar> ReadDependencies(MapReader module, DefinitionProblems problems)
    {
        var names = new List<YamlScalar>();
        IReadOnlyList<YamlNode> items = module.Node("depends_on") is YamlScalar { IsNull: false } single
            ? [single]
            : module.List("depends_on", 500);
        foreach (var item in items)
        {
            if (item is not YamlScalar { IsNull: false } name)
                problems.Add(item, $"'depends_on' lists names of modules, not {TextRules.Describe(item)}.");
            else if (name.Text.Contains(':', StringComparison.Ordinal) || name.Text.Contains('/', StringComparison.Ordinal))
                problems.Add(
                    name, $"{TextRules.Quote(name.Text)}: modules of other repositories are not available in this version.",
                    "Depend on modules of this file.");
            else if (names.Any(n => n.Text == name.Text))
                problems.Add(name, $"{TextRules.Quote(name.Text)} is listed twice.");
            else
                names.Add(name);
        }

        return names;
    }

    private static List<StepDefinition> ReadSteps(MapReader module, double moduleTimeout, DefinitionProblems problems)
    {
        var steps = new List<StepDefinition>();
        foreach (var item in module.List("steps", 200))
        {
            if (item is not YamlMap map)
            {
                problems.Add(item, $"A step must be a map, not {TextRules.Describe(item)}.", "Write - { name: test, run: ./test.sh }");
                continue;
            }

            var step = new MapReader(map, Keys.Step, problems);
            var name = step.Text("name", max: 100)?.ReplaceLineEndings(" ").Trim() ?? $"step-{steps.Count + 1}";
            if (steps.Any(s => s.Name == name))
                problems.Add(step.At("name"), $"There are two steps named '{name}' in this module.", "Give each its own name.");
            var timeout = step.Seconds("timeout", moduleTimeout);
            if (timeout > moduleTimeout && module.Has("timeout"))
                problems.Add(
                    step.At("timeout"), "The step may take longer than its module, whose 'timeout' ends it first.",
                    "Give the module a 'timeout' that its steps fit into.");
            steps.Add(new StepDefinition(name, step.Text("run", required: true, MaxScript) ?? "", timeout, step.Variables("env")));
        }

        return steps;
    }

    private static List<ArtifactDefinition> ReadArtifacts(
        MapReader module, DefinitionProblems problems, out IReadOnlyDictionary<string, YamlNode> places)
    {
        var artifacts = new List<ArtifactDefinition>();
        var at = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var item in module.List("artifacts", 100))
        {
            if (item is not YamlMap map)
            {
                problems.Add(item, $"An artifact must be a map, not {TextRules.Describe(item)}.", "Write - { name: app, path: out/app }");
                continue;
            }

            var artifact = new MapReader(map, Keys.Artifact, problems);
            var name = artifact.Text("name", required: true, 63);
            if (!artifact.Has("path"))
                problems.Add(map, "'path' is missing.", "It names a file or folder that the steps make.");
            var path = ReadPath(artifact, "path", problems, mayBeRoot: false);
            if (name is not null && !Values.IsName(name))
                problems.Add(artifact.At("name"), $"{TextRules.Quote(name)} cannot name an artifact.", Values.NameHint);
            else if (name is not null && !at.TryAdd(name, artifact.At("name")))
                problems.Add(artifact.At("name"), $"There are two artifacts named '{name}' in this module.", "Give each its own name.");
            else if (name is not null && path is not null)
                artifacts.Add(new ArtifactDefinition(name, path));
        }

        places = at;
        return artifacts;
    }
}
