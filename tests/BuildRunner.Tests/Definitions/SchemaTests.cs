using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;
using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel.Yaml;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>The schema for editors says what the parser says, and every file under <c>pipelines/</c> is one that is read.</summary>
public sealed class SchemaTests
{
    private static readonly string Pipelines = Path.Combine(RepositoryRoot.Path, "pipelines");

    [Fact]
    public async Task Every_file_under_pipelines_is_read_by_somebody()
    {
        foreach (var file in Directory.EnumerateFiles(Pipelines, "*", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(file);
            switch (Path.GetRelativePath(Pipelines, file))
            {
                case "stages.yaml":
                    break; // DeployStages.Tests/PolicyTests
                case var schema when schema.StartsWith("schema/", StringComparison.Ordinal):
                    Assert.NotNull(await JsonSchema.FromJsonAsync(text));
                    break;
                case var sample when sample.EndsWith("/.pipeline.yaml", StringComparison.Ordinal):
                    var folder = Path.GetDirectoryName(file)!;
                    var result = DefinitionParser.Parse(file, text, path => Path.Exists(Path.Combine(folder, path)));
                    Assert.Empty(result.Problems);
                    Assert.Empty(await SchemaErrorsAsync(text));
                    Assert.All(result.Definition!.Modules, m => Assert.NotEmpty(m.Steps));
                    break;
                case var other:
                    Assert.DoesNotMatch(@"\.(ya?ml|json)$", other);
                    break;
            }
        }
    }

    private const string Head = "steps: [{ run: x }]\nartifacts: [{ name: a, path: o }]\n";

    public static TheoryData<string, bool> Corpus => new()
    {
        { "steps: [{ run: ./test.sh }]", true },
        { "steps: [{ name: 1, run: true }]\nx-base: anything", true },
        { "steps: [{ run: x, timeout: 1h30m, env: { A: 1, B: , C: yes, _d: 0.5 } }]\ntimeout: 1.5h", true },
        { "modules: { a: { steps: [{ run: x }] }, b: { path: ./b/, depends_on: a, steps: [{ run: x }] } }", true },
        { "modules: { a: { image: 'debian:12', resources: { cpus: 0.5, memory: 1.5 GiB, disk: 2T }, steps: [{ run: x }] }, x-note: 5 }", true },
        { "modules:\n  a: &a { steps: [{ run: x }] }\n  b: { <<: *a, timeout: 5m }", true },
        { Head + "deployables: { w: { artifact: a, run: y } }", true },
        { Head + "deployables: { w: { kind: worker, artifact: a, run: y, instances: 1000, env: { A: b } } }", true },
        { Head + "deployables: { w: { artifact: a, run: y, route: /a/b-c, health: { http: /h?x=1, startup: 1s, successes: 3 } } }", true },
        { Head + "deployables: { w: { artifact: a, run: y, stages: { qa: { instances: 2, resources: { cpus: 1, memory: 1G } } } } }", true },
        { "", false },
        { "[]", false },
        { "deployables: {}", false },
        { "modules: {}", false },
        { "modules: { a: { steps: [{ run: x }] } }\nsteps: [{ run: x }]", false },
        { "modules: { 'a b': { steps: [{ run: x }] } }", false },
        { "modules: { a: { path: x } }", false },
        { "steps: []", false },
        { "steps: { run: x }", false },
        { "steps: [{ name: a }]", false },
        { "steps: [{ run: '  ' }]", false },
        { "steps: [{ run: x, script: y }]", false },
        { "steps: [{ run: x, cache: {} }]", false },
        { "steps: [{ run: x }]\ntimeout: 90", false },
        { "steps: [{ run: x }]\ntimeout: 0s", false },
        { "steps: [{ run: x }]\ntimeout: 1h 30m", false },
        { "steps: [{ run: x }]\nresources: { memory: 256 }", false },
        { "steps: [{ run: x }]\nresources: { memory: 0MB }", false },
        { "steps: [{ run: x }]\nresources: { cpus: \"1\" }", false },
        { "steps: [{ run: x }]\nresources: { cpus: 0 }", false },
        { "steps: [{ run: x }]\nresources:", false },
        { "steps: [{ run: x }]\nenv: { PIPELINE_X: 1 }", false },
        { "steps: [{ run: x }]\nenv: { 1A: 1 }", false },
        { "steps: [{ run: x }]\nenv: { A: [1] }", false },
        { "steps: [{ run: x }]\npath: ../other", false },
        { "steps: [{ run: x }]\npath: /etc", false },
        { "steps: [{ run: x }]\npath: 'a\\b'", false },
        { "steps: [{ run: x }]\nartifacts: [{ name: a, path: ./ }]", false },
        { "steps: [{ run: x }]\nartifacts: [{ name: -a, path: o }]", false },
        { "modules: { a: { depends_on: ['o/r:m'], steps: [{ run: x }] } }", false },
        { Head + "deployables: { w: { artifact: a } }", false },
        { Head + "deployables: { w: { kind: cron, artifact: a, run: y, schedule: '0 3 * * *', timezone: Europe/Athens, overlap: skip } }", true },
        { Head + "deployables: { w: { kind: job, artifact: a, run: y, run_on_deploy: true, timeout: 5m, retries: 1 } }", true },
        { Head + "deployables: { w: { kind: cron, artifact: a, run: y } }", false },
        { Head + "deployables: { w: { kind: cron, artifact: a, run: y, schedule: '0 3' } }", false },
        { Head + "deployables: { w: { kind: cron, artifact: a, run: y, schedule: '0 3 * * *', instances: 2 } }", false },
        { Head + "deployables: { w: { kind: cron, artifact: a, run: y, schedule: '0 3 * * *', resources: { ports: 1 } } }", false },
        { Head + "deployables: { w: { kind: cron, artifact: a, run: y, schedule: '0 3 * * *', stages: { qa: { instances: 2 } } } }", false },
        { Head + "deployables: { w: { kind: job, artifact: a, run: y, schedule: '0 3 * * *' } }", false },
        { Head + "deployables: { w: { kind: job, artifact: a, run: y, run_on_deploy: 1 } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, timeout: 5m } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, instances: 0 } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, instances: 1.5 } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, route: api } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, route: /a/../b } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, route: '/a?b' } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, health: { http: 'h' } } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, health: { tcp: 1 } } }", false },
        { Head + "deployables: { w: { artifact: a, run: y, stages: { qa: { run: z } } } }", false },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task Schema_and_parser_agree(string text, bool valid)
    {
        var problems = DefinitionParser.Parse(".pipeline.yaml", text).Problems;
        Assert.True((problems.Count == 0) == valid, $"The parser: {string.Join(" ", problems)}");
        var errors = await SchemaErrorsAsync(text);
        Assert.True((errors.Count == 0) == valid, $"The schema: {string.Join(" ", errors)}");
    }

    // What refers to another part of the file, or to the repository: the schema lets it pass, the parser does not.
    [Theory]
    [InlineData("steps: [{ name: a, run: x }, { name: a, run: y }]")]
    [InlineData("modules: { a: { depends_on: [b], steps: [{ run: x }] } }")]
    [InlineData("modules: { a: { depends_on: [a], steps: [{ run: x }] } }")]
    [InlineData(Head + "deployables: { w: { artifact: z, run: y } }")]
    [InlineData(Head + "deployables: { w: { kind: worker, artifact: a, run: y, route: /a } }")]
    [InlineData("steps: [{ run: x }]\ntimeout: 8d")]
    public async Task What_only_the_server_sees_passes_the_schema(string text)
    {
        Assert.NotEmpty(DefinitionParser.Parse(".pipeline.yaml", text).Problems);
        Assert.Empty(await SchemaErrorsAsync(text));
    }

    private static async Task<IReadOnlyList<string>> SchemaErrorsAsync(string yaml)
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(Pipelines, "schema", "pipeline.json"));
        var json = ToJson(YamlReader.Read(yaml, new DefinitionProblems("f")))?.ToJsonString() ?? "null";
        return [.. schema.Validate(json).Select(e => e.ToString())];
    }

    // As an editor sees YAML 1.2: plain scalars may be numbers, booleans and null.
    private static JsonNode? ToJson(YamlNode? node) => node switch
    {
        null or YamlScalar { IsNull: true } => null,
        YamlScalar { IsPlain: true, Text: "true" or "false" } boolean => JsonValue.Create(boolean.Text == "true"),
        YamlScalar scalar when Values.Number(scalar) is { } number => JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture)),
        YamlScalar scalar => JsonValue.Create(scalar.Text),
        YamlList list => new JsonArray([.. list.Items.Select(ToJson)]),
        YamlMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Text, ToJson(e.Value)))),
        _ => throw new InvalidOperationException(node.Kind),
    };
}
