using Pipeline.BuildRunner.Definitions;
using static Pipeline.BuildRunner.Tests.Definitions.Reading;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>The tables of docs/definition.md: what each key is when it is left out, and what it is when it is written.</summary>
public sealed class DefaultTests
{
    [Fact]
    public void A_module_has_the_defaults_of_the_documentation()
    {
        var module = Module("");

        Assert.Equal(("build", "", null, 1800.0), (module.Name, module.Path, module.Image, module.TimeoutSeconds));
        Assert.Equal(new ResourceDefinition(0.5m, 512, 1024, 0), module.Resources);
        Assert.Empty(module.DependsOn);
        Assert.Empty(module.Env);
        Assert.Empty(module.Artifacts);
        var step = Assert.Single(module.Steps);
        Assert.Equal(("step-1", "x", 1800.0), (step.Name, step.Run, step.TimeoutSeconds));
        Assert.Empty(step.Env);
    }

    // The lines of a module, and what is read of it.
    public static TheoryData<string, string> ModuleKeys => new()
    {
        { "path: a/b", "a/b" },
        { "path: 08", "08" },
        { "image: debian:12", "debian:12" },
        { "image: 1.10", "1.10" },
        { "timeout: 15m", "900" },
        { "resources: { cpus: 2 }", "2/512/1024/0" },
        { "resources: { cpus: 0.0104 }", "0.010/512/1024/0" },
        { "resources: { memory: 1GB }", "0.5/1024/1024/0" },
        { "resources: { disk: 2GB }", "0.5/512/2048/0" },
        { "resources: {}", "0.5/512/1024/0" },
        { "env: { B: 2, A: 1 }", "A=1 B=2" },
        { "env: {}", "" },
        { "artifacts: [{ name: b, path: ./o/ }, { name: a, path: o }]", "b:o a:o" },
        { "artifacts: []", "" },
        { "depends_on: []", "" },
    };

    [Theory]
    [MemberData(nameof(ModuleKeys))]
    public void A_key_of_a_module_is_read_and_changes_nothing_else(string line, string read)
    {
        var (module, plain) = (Module(line), Module(""));
        var value = line.Split(':')[0] switch
        {
            "path" => module.Path,
            "image" => module.Image,
            "timeout" => Number(module.TimeoutSeconds),
            "resources" => Resources(module.Resources),
            "env" => Env(module.Env),
            "artifacts" => string.Join(' ', module.Artifacts.Select(a => $"{a.Name}:{a.Path}")),
            _ => string.Join(' ', module.DependsOn),
        };

        Assert.Equal(read, value);
        Assert.Equal(line.StartsWith("path", StringComparison.Ordinal), module.Path != plain.Path);
        Assert.Equal(line.StartsWith("image", StringComparison.Ordinal), module.Image != plain.Image);
        Assert.Equal(line.StartsWith("timeout", StringComparison.Ordinal), module.TimeoutSeconds != plain.TimeoutSeconds);
        Assert.Equal(read.Contains('=', StringComparison.Ordinal), module.Env.Count > 0);
    }

    // The steps; their names and limits.
    [Theory]
    [InlineData("{ run: x }, { run: y }", "step-1/1800 step-2/1800")]
    [InlineData("{ run: x }, { run: y, name: a }, { run: z }", "step-1/1800 a/1800 step-3/1800")]
    [InlineData("{ run: x, name: ' a ' }", "a/1800")]
    [InlineData("{ run: x, name: \"a\\r\\nb\\n\" }", "a b/1800")]
    [InlineData("{ run: x, name: a }, { run: x, name: A }", "a/1800 A/1800")]
    [InlineData("{ run: x, name: 1 }", "1/1800")]
    [InlineData("{ run: x, timeout: 5m }", "step-1/300")]
    [InlineData("{ run: x, timeout: 2h }", "step-1/7200")]
    public void A_step_has_a_name_and_a_limit(string steps, string read) => Assert.Equal(
        read,
        string.Join(' ', Assert.Single(Definition($"steps: [{steps}]").Modules).Steps.Select(s => $"{s.Name}/{Number(s.TimeoutSeconds)}")));

    [Theory]
    [InlineData("{ run: x, name: a }, { run: y, name: a }", "1:46: There are two steps named 'a' in this module.")]
    [InlineData("{ run: x, name: a }, { run: y, name: ' a ' }", "1:46: There are two steps named 'a' in this module.")]
    [InlineData("{ run: x, name: \"a\\nb\" }, { run: y, name: a b }", "1:51: There are two steps named 'a b' in this module.")]
    [InlineData("{ run: x, name: step-2 }, { run: y }", "1:35: There are two steps named 'step-2' in this module.")]
    public void Two_steps_of_one_name_are_refused(string steps, string problem) => Assert.Equal(
        problem + " (Give each its own name.)", Problem($"steps: [{steps}]"));

    [Fact]
    public void A_step_without_a_limit_has_the_modules() =>
        Assert.Equal(
            [300.0, 60.0],
            Definition("timeout: 5m\nsteps: [{ run: x }, { run: y, timeout: 1m }]").Modules[0].Steps.Select(s => s.TimeoutSeconds));

    // What is missing, and what is said.
    [Theory]
    [InlineData("steps: [{ name: a }]", "1:9: 'run' is missing.")]
    [InlineData("steps: [{}]", "1:9: 'run' is missing.")]
    [InlineData("steps: []", "1:1: The module 'build' has no steps. (Add steps: [{ name: build, run: ./build.sh }])")]
    [InlineData("modules:\n  a: {}", "2:3: The module 'a' has no steps. (Add steps: [{ name: build, run: ./build.sh }])")]
    [InlineData("modules: {}", "1:10: 'modules' is empty: there is nothing to build.")]
    [InlineData("modules: { x-a: {} }", "1:10: 'modules' is empty: there is nothing to build.")]
    [InlineData("steps: [{ run: x }]\nartifacts: [{ path: o }]", "2:13: 'name' is missing.")]
    [InlineData("steps: [{ run: x }]\nartifacts: [{ name: o }]",
        "2:13: 'path' is missing. (It names a file or folder that the steps make.)")]
    [InlineData(Head + "deployables: { w: { run: y } }", "3:19: 'artifact' is missing.")]
    [InlineData(Head + "deployables: { w: { artifact: a } }", "3:19: 'run' is missing.")]
    public void What_is_required_and_missing_is_named(string text, string problem) => Assert.Equal([problem], Problems(text));

    [Fact]
    public void The_folder_of_a_module_must_exist_as_it_is_read()
    {
        var paths = new List<string>();
        var result = DefinitionParser.Parse(
            "f",
            "modules:\n  a: { path: ./gone/, steps: [{ run: x }] }\n  b: { path: ., steps: [{ run: x }] }\n  c: { steps: [{ run: x }] }",
            path =>
            {
                paths.Add(path);
                return false;
            });

        Assert.Equal(["gone"], paths);
        Assert.Equal(
            "f:2:14: There is no folder 'gone' in the repository at this commit. "
            + "(Paths are relative to the repository; a file or a symbolic link is no folder.)",
            Assert.Single(result.Problems).ToString());
    }

    [Fact]
    public void A_repository_without_a_definition_says_what_to_write()
    {
        Assert.Equal([".pipeline.yaml", ".pipeline.yml"], DefinitionParser.FileNames);
        var missing = DefinitionParser.Missing();
        Assert.Equal(
            ".pipeline.yaml:1:1: There is no .pipeline.yaml at this commit, so nothing says how to build it. "
            + "(Add one with at least: steps: [{ name: test, run: ./test.sh }])",
            missing.ToString());
        Assert.NotNull(DefinitionParser.Parse("f", missing.Hint!.Split(": ", 2)[1]).Definition);
    }

    [Fact]
    public void A_definition_with_a_problem_is_none()
    {
        var result = DefinitionParser.Parse("the file", "steps: [{ run: x }]\nstep: 1");

        Assert.Null(result.Definition);
        Assert.Equal("the file", Assert.Single(result.Problems).File);
    }

    // How many of what, and whether that is possible.
    [Theory]
    [InlineData("modules", 500, null)]
    [InlineData("modules", 501, "1:10: There are 501 modules; at most 500 are possible. (Split the file.)")]
    [InlineData("deployables", 200, null)]
    [InlineData("deployables", 201, "3:14: There are 201 deployables; at most 200 are possible. (Split the file.)")]
    [InlineData("steps", 200, null)]
    [InlineData("steps", 201, "1:8: 'steps' must be a list of at most 200 items, not a list.")]
    [InlineData("artifacts", 100, null)]
    [InlineData("artifacts", 101, "2:12: 'artifacts' must be a list of at most 100 items, not a list.")]
    public void There_is_a_most_of_everything(string what, int count, string? problem)
    {
        var text = what switch
        {
            "modules" => $"modules: {{ x-a: 1, {Join(i => $"m{i}: {{ steps: [{{ run: x }}] }}")} }}",
            "deployables" => $"{Head}deployables: {{ x-a: 1, {Join(i => $"w{i}: {{ artifact: a, run: y }}")} }}",
            "steps" => $"steps: [{Join(_ => "{ run: x }")}]",
            _ => $"steps: [{{ run: x }}]\nartifacts: [{Join(i => $"{{ name: a{i}, path: o }}")}]",
        };

        Assert.Equal(problem is null ? [] : [problem], Problems(text));
        string Join(Func<int, string> of) => string.Join(", ", Enumerable.Range(0, count).Select(of));
    }

    // A key, its longest text in bytes, and a file with # for the text.
    [Theory]
    [InlineData("run", 65_536, "steps: [{ run: # }]")]
    [InlineData("name", 100, "steps: [{ run: x, name: # }]")]
    [InlineData("image", 300, "steps: [{ run: x }]\nimage: #")]
    [InlineData("path", 500, "steps: [{ run: x }]\npath: #")]
    [InlineData("run", 65_536, Head + "deployables: { w: { artifact: a, run: # } }")]
    [InlineData("image", 300, Head + "deployables: { w: { artifact: a, run: y, image: # } }")]
    public void A_text_is_bounded_in_bytes(string key, int most, string text)
    {
        Definition(text.Replace("#", new string('x', most), StringComparison.Ordinal));
        Definition(text.Replace("#", new string('\u00e9', most / 2), StringComparison.Ordinal));
        foreach (var tooLong in new[] { new string('x', most + 1), new string('\u00e9', (most / 2) + 1) })
            Assert.Contains(
                $": '{key}' must be text of at most {most.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)} bytes, not '",
                Problem(text.Replace("#", tooLong, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32_768, null)]
    [InlineData(32_769,
        "2:11: The value of 'A' has 32,769 characters; at most 32,768 are possible. (Put it into a file of the repository.)")]
    public void A_variable_is_bounded(int length, string? problem) =>
        Assert.Equal(problem is null ? [] : [problem], Problems($"steps: [{{ run: x }}]\nenv: {{ A: {new string('x', length)} }}"));

    [Theory]
    [InlineData("timeout: 90",
        "2:10: 'timeout' must be a duration, not '90'. (Write 90s, 15m or 2h: a number with its unit, at most 7 days.)")]
    [InlineData("timeout: 99999999999h",
        "2:10: 'timeout' must be a duration, not '99999999999h'. (Write 90s, 15m or 2h: a number with its unit, at most 7 days.)")]
    [InlineData("timeout: [1h]",
        "2:10: 'timeout' must be a duration, not a list. (Write 90s, 15m or 2h: a number with its unit, at most 7 days.)")]
    [InlineData("resources: { memory: 17T }",
        "2:22: 'memory' must be a size, not '17T'. (Write 256MB or 1GiB: a number with its unit, at most 16 TiB.)")]
    [InlineData("resources: { disk: 1024 }",
        "2:20: 'disk' must be a size, not '1024'. (Write 256MB or 1GiB: a number with its unit, at most 16 TiB.)")]
    [InlineData("resources: { disk: }",
        "2:20: 'disk' must be a size, not nothing. (Write 256MB or 1GiB: a number with its unit, at most 16 TiB.)")]
    public void A_duration_and_a_size_say_how_they_are_written(string line, string problem) =>
        Assert.Equal(problem, Problem("steps: [{ run: x }]\n" + line));

    private static string Number(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Env(IReadOnlyDictionary<string, string> env) => string.Join(' ', env.Select(e => $"{e.Key}={e.Value}"));

    private static string Resources(ResourceDefinition r) => FormattableString.Invariant($"{r.Cpus}/{r.MemoryMb}/{r.DiskMb}/{r.Ports}");
}
