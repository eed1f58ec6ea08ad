using Pipeline.Kernel.Yaml;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>Reads <c>.pipeline.yaml</c>. Any text gives an answer: never an exception, every error at once, with its place and a
/// hint.</summary>
internal static class DefinitionParser
{
    /// <summary>In the order in which they are looked for.</summary>
    public static readonly IReadOnlyList<string> FileNames = [".pipeline.yaml", ".pipeline.yml"];

    /// <summary>The name of the one module of a file that names none.</summary>
    public const string OnlyModule = "build";

    /// <param name="file">The name that problems carry.</param>
    /// <param name="exists">Tells whether the repository has the path at the commit; null when that is not known.</param>
    /// <param name="stages">The stages of the server; null when they are not known.</param>
    public static DefinitionResult Parse(
        string file, string text, Func<string, bool>? exists = null, IReadOnlyCollection<string>? stages = null)
    {
        var problems = new DefinitionProblems(file);
        var root = YamlReader.Read(text, problems);
        TextRules.Check(root, problems);
        if (stages is not null)
            StageRules.Check(root as YamlMap, stages, problems);
        var definition = root switch
        {
            YamlMap map => ReadRoot(map, exists ?? (_ => true), problems),
            null when problems.Any => null,
            null or YamlScalar { IsNull: true } => Empty(problems),
            _ => NotAMap(root, problems),
        };
        return problems.Any
            ? new DefinitionResult(null, [.. problems.ToList().Select(TextRules.Storable)])
            : new DefinitionResult(definition, []);
    }

    /// <summary>What is wrong with a repository that has no definition.</summary>
    public static DefinitionProblem Missing() => new(
        FileNames[0],
        1,
        1,
        $"There is no {FileNames[0]} at this commit, so nothing says how to build it.",
        "Add one with at least: steps: [{ name: test, run: ./test.sh }]");

    private static PipelineDefinition? Empty(DefinitionProblems problems)
    {
        problems.Add(1, 1, "The file is empty.", "Write at least: steps: [{ name: test, run: ./test.sh }]");
        return null;
    }

    private static PipelineDefinition? NotAMap(YamlNode root, DefinitionProblems problems)
    {
        problems.Add(root, $"The file must be a map with 'modules' or 'steps', not {TextRules.Describe(root)}.");
        return null;
    }

    private static PipelineDefinition ReadRoot(YamlMap map, Func<string, bool> exists, DefinitionProblems problems)
    {
        var root = new MapReader(map, map.Entries.Any(e => e.Key.Text == "modules") ? Keys.RootOfModules : Keys.Root, problems);
        var modules = ReadModules(root, exists, problems);
        ModuleGraph.Check(modules, Declared(root.Node("modules") as YamlMap), problems);
        var artifacts = modules.SelectMany(m => m.ArtifactsAt.Keys).ToList();
        var deployables = new List<DeployableDefinition>();
        var routes = new Dictionary<string, string>(RoutePath.Same);
        foreach (var (name, body) in Named(root.MapOf("deployables"), "deployable", 200, problems))
        {
            var deployable = DeployableReader.Read(name.Text, body, artifacts, problems);
            deployables.Add(deployable);
            if (deployable.Route is { } route && !routes.TryAdd(route, name.Text))
            {
                problems.Add(
                    body.Entries.First(e => e.Key.Text == "route").Value,
                    $"'{routes[route]}' has this route already.", "Give each service a route of its own.");
            }
        }

        return new PipelineDefinition([.. modules.Select(m => m.Module)], deployables);
    }

    private static List<PlacedModule> ReadModules(MapReader root, Func<string, bool> exists, DefinitionProblems problems)
    {
        var modules = new List<PlacedModule>();
        if (!root.Has("modules"))
        {
            if (root.Has("steps"))
                modules.Add(ModuleReader.Read(new YamlScalar(OnlyModule, true, root.Map.Line, root.Map.Column), root, exists, problems));
            else
                problems.Add(
                    root.Map, "Neither 'modules' nor 'steps' is there: nothing says what to build.",
                    "Write at least: steps: [{ name: test, run: ./test.sh }]");
            return modules;
        }

        foreach (var key in Keys.Module.Known.Where(root.Has))
            problems.Add(root.At(key), $"'{key}' belongs in a module when 'modules' is there.", "Move it under one of the modules.");
        if (root.Node("modules") is YamlMap none && !Declared(none).Any())
            problems.Add(none, "'modules' is empty: there is nothing to build.");
        foreach (var (name, body) in Named(root.MapOf("modules"), "module", 500, problems))
            modules.Add(ModuleReader.Read(name, new MapReader(body, Keys.Module, problems), exists, problems));
        return modules;
    }

    // Whatever is wrong with a module, its name is there for those that depend on it.
    private static IEnumerable<string> Declared(YamlMap? modules) =>
        (modules?.Entries ?? []).Select(e => e.Key.Text).Where(k => !Keys.IsFree(k));

    private static IEnumerable<(YamlScalar Name, YamlMap Body)> Named(YamlMap? map, string what, int max, DefinitionProblems problems)
    {
        var entries = (map?.Entries ?? []).Where(e => !Keys.IsFree(e.Key.Text)).ToList();
        if (entries.Count > max)
            problems.Add(map!, $"There are {entries.Count} {what}s; at most {max} are possible.", "Split the file.");
        foreach (var entry in entries.Take(max))
        {
            if (!Values.IsName(entry.Key.Text))
                problems.Add(entry.Key, $"{TextRules.Quote(entry.Key.Text)} cannot name a {what}.", Values.NameHint);
            else if (entry.Value is YamlMap body)
                yield return (entry.Key, body);
            else
                problems.Add(entry.Value, $"The {what} '{entry.Key.Text}' must be a map, not {TextRules.Describe(entry.Value)}.");
        }
    }
}
