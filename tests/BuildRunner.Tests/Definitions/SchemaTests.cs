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

    private const string Service = Reading.Head + "deployables: { w: { artifact: a, run: y, ";
    private const string Cron = Reading.Head + "deployables: { w: { kind: cron, artifact: a, run: y, ";
    private const string Job = Reading.Head + "deployables: { w: { kind: job, artifact: a, run: y, ";

    private static readonly string[] Valid =
    [
        "steps: [{ run: ./test.sh }]",
        "steps: [{ name: 1, run: true }]\nx-base: anything",
        "steps: [{ run: x, timeout: 1h30m, env: { A: 1, B: , C: yes, _d: 0.5 } }]\ntimeout: 1.5h",
        "modules: { a: { steps: [{ run: x }] }, b: { path: ./b/, depends_on: a, steps: [{ run: x }] } }",
        "modules:\n  a: { image: 'debian:12', resources: { cpus: 0.5, memory: 1.5 GiB, disk: 2T }, steps: [{ run: x }] }\n  x-note: 5",
        "modules:\n  a: &a { steps: [{ run: x }] }\n  b: { <<: *a, timeout: 5m }",
        Reading.Head + "deployables: { w: { artifact: a, run: y } }",
        Reading.Head + "deployables: { w: { kind: worker, artifact: a, run: y, instances: 1000, env: { A: b } } }",
        Service + "route: /a/b-c, health: { http: /h?x=1, startup: 1s, successes: 3 } } }",
        Service + "stages: { qa: { instances: 2, resources: { cpus: 1, memory: 1G } } } } }",
        Cron + "schedule: '0 3 * * *', timezone: Europe/Athens, overlap: skip } }",
        Job + "run_on_deploy: true, timeout: 5m, retries: 1 } }",
        "steps: [{ run: x }]\nresources: { cpus: 256, memory: 16T, disk: 512K }",
        "steps: [{ run: x }]\npath: a..b/...",
        Service + "resources: { ports: 0 } } }",
        Service + "route: / } }",
        Job + "max_running: 1000, retries: 20 } }",
    ];

    private static readonly string[] Refused =
    [
        "",
        "[]",
        "deployables: {}",
        "modules: {}",
        "modules: { a: { steps: [{ run: x }] } }\nsteps: [{ run: x }]",
        "modules: { 'a b': { steps: [{ run: x }] } }",
        "modules: { a: { path: x } }",
        "steps: []",
        "steps: { run: x }",
        "steps: [{ name: a }]",
        "steps: [{ run: '  ' }]",
        "steps: [{ run: x, script: y }]",
        "steps: [{ run: x, cache: {} }]",
        "steps: [{ run: x }]\ntimeout: 90",
        "steps: [{ run: x }]\ntimeout: 0s",
        "steps: [{ run: x }]\ntimeout: 1h 30m",
        "steps: [{ run: x }]\nresources: { memory: 256 }",
        "steps: [{ run: x }]\nresources: { memory: 0MB }",
        "steps: [{ run: x }]\nresources: { cpus: \"1\" }",
        "steps: [{ run: x }]\nresources: { cpus: 0 }",
        "steps: [{ run: x }]\nresources:",
        "steps: [{ run: x }]\nenv: { PIPELINE_X: 1 }",
        "steps: [{ run: x }]\nenv: { 1A: 1 }",
        "steps: [{ run: x }]\nenv: { A: [1] }",
        "steps: [{ run: x }]\npath: ../other",
        "steps: [{ run: x }]\npath: /etc",
        "steps: [{ run: x }]\npath: 'a\\b'",
        "steps: [{ run: x }]\nartifacts: [{ name: a, path: ./ }]",
        "steps: [{ run: x }]\nartifacts: [{ name: -a, path: o }]",
        "modules: { a: { depends_on: ['o/r:m'], steps: [{ run: x }] } }",
        Reading.Head + "deployables: { w: { artifact: a } }",
        Reading.Head + "deployables: { w: { kind: cron, artifact: a, run: y } }",
        Cron + "schedule: '0 3' } }",
        Cron + "schedule: '0 3 * * *', instances: 2 } }",
        Cron + "schedule: '0 3 * * *', resources: { ports: 1 } } }",
        Cron + "schedule: '0 3 * * *', stages: { qa: { instances: 2 } } } }",
        Job + "schedule: '0 3 * * *' } }",
        Job + "run_on_deploy: 1 } }",
        Service + "timeout: 5m } }",
        Service + "instances: 0 } }",
        Service + "instances: 1.5 } }",
        Service + "route: api } }",
        Service + "route: /a/../b } }",
        Service + "route: '/a?b' } }",
        Service + "health: { http: 'h' } } }",
        Service + "health: { tcp: 1 } } }",
        Service + "stages: { qa: { run: z } } } }",
        "steps: [{ run: x }]\npath: a/..",
        "steps: [{ run: x }]\npath: a/../../b",
        "steps: [{ run: x }]\nenv: { A-B: c }",
        "steps: [{ run: x }]\nresources: { cpus: 256.5 }",
        "steps: [{ run: x }]\nresources: { cpus: 1_000 }",
        "steps: [{ run: x }]\nresources: { cpus: 0x10 }",
        "steps: [{ run: x }]\nresources: { ports: 1 }",
        "steps: [{ run: [x] }]",
        "steps: [{ RUN: x }]",
        "modules: { a: { steps: [{ run: x }] } }\nenv: {}",
        Service + "kind: Worker } }",
        Service + "resources: { ports: 21 } } }",
        Service + "resources: { ports: 1.5 } } }",
        Job + "max_running: 0 } }",
        Job + "retries: 21 } }",
        Cron + "schedule: '@daily', timezone: ../../dev/zero } }",
    ];

    public static TheoryData<string, bool> Corpus =>
        new(Valid.Select(text => (text, true)).Concat(Refused.Select(text => (text, false))));

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
    [InlineData(Reading.Head + "deployables: { w: { artifact: z, run: y } }")]
    [InlineData(Reading.Head + "deployables: { w: { kind: worker, artifact: a, run: y, route: /a } }")]
    [InlineData("steps: [{ run: x }]\ntimeout: 8d")]
    [InlineData("steps: [{ run: x }]\ntimeout: 0.1ms")]
    [InlineData("steps: [{ run: x }]\nresources: { memory: 17T }")]
    [InlineData("steps: [{ run: x }]\nresources: { memory: 0.1K }")]
    [InlineData("modules: { a: { steps: [{ run: x }] }, A: { steps: [{ run: x }] } }")]
    [InlineData(Reading.Head + "deployables: { w: { kind: cron, artifact: a, run: y, schedule: '@daily', timezone: Europe/Nowhere } }")]
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
