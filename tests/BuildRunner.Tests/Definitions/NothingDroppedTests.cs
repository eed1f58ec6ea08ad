using Pipeline.BuildRunner.Definitions;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>What a definition says and nobody would do is refused, with its place.</summary>
public sealed class NothingDroppedTests
{
    private static readonly string[] Stages = ["infra-qa", "product-qa", "production"];

    [Theory]
    [InlineData("steps: [{ run: !include build.sh }]", "1:16: The tag '!include' is not supported here.")]
    [InlineData("steps: [{ run: !reference [.a, script] }]", "1:16: The tag '!reference' is not supported here.")]
    [InlineData("steps: [{ run: !!binary aGVsbG8= }]", "1:16: The tag '!!binary' is not supported here.")]
    [InlineData("steps: [{ run: x, env: !!set {A, B} }]", "1:24: The tag '!!set' is not supported here.")]
    [InlineData("steps: [{ run: x, env: { A: !!int three } }]", "1:29: The tag '!!int' is not supported here.")]
    [InlineData("steps: [{ run: x, env: { A: !!bool yes } }]", "1:29: The tag '!!bool' is not supported here.")]
    [InlineData("steps: [{ run: x, env: { !key A: b } }]", "1:26: The tag '!key' is not supported here.")]
    [InlineData("steps: !!map [{ run: x }]", "1:8: The tag '!!map' is not supported here.")]
    [InlineData("x-a: &a !secret one\nsteps: [{ run: *a }]", "1:6: The tag '!secret' is not supported here.")]
    public void An_explicit_tag_is_refused_where_it_stands(string text, string problem) =>
        Assert.Contains(Reading.Problems(text), p => p.StartsWith(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("!!str 010", "010")]
    [InlineData("! 010", "010")]
    [InlineData("!!int \"3\"", "3")]
    [InlineData("!!float 1.5", "1.5")]
    [InlineData("!!bool true", "true")]
    public void A_tag_that_says_what_is_written_anyway_changes_nothing(string written, string text) =>
        Assert.Equal(text, Reading.Module($"env: {{ A: {written} }}").Env["A"]);

    [Theory]
    [InlineData("{ prodution: { instances: 2 } }", "There is no stage 'prodution' on this server. (Did you mean 'production'?)")]
    [InlineData("{ qa: { instances: 2 } }", "There is no stage 'qa' on this server. (Its stages are: infra-qa, product-qa, production.)")]
    public void A_stage_that_there_is_not_is_refused_where_it_is_named(string stages, string problem)
    {
        var text = Reading.DeployableText($"stages: {stages}");
        Assert.Equal([$"f:5:15: {problem}"], DefinitionParser.Parse("f", text, stages: Stages).Problems.Select(p => p.ToString()));
        Assert.Empty(DefinitionParser.Parse("f", text).Problems);
    }

    [Theory]
    [InlineData("env: { PORT0: '80' }", "5:12: 'PORT0' is set by the scheduler for each instance. (Let the program listen on $PORT.)")]
    [InlineData("env: { PORT: '80' }", "5:12: 'PORT' is set by the scheduler for each instance. (Let the program listen on $PORT.)")]
    [InlineData("env: { TASK_ID: a }", "5:12: 'TASK_ID' is set by the scheduler for each instance. (Choose another name.)")]
    [InlineData(
        "stages: { production: { env: { INSTANCE_NO: 1 } } }",
        "5:36: 'INSTANCE_NO' is set by the scheduler for each instance. (Choose another name.)")]
    [InlineData("env: { PORT1: '80', PORTAL: a, TASK: b }", null)]
    [InlineData("kind: worker; env: { PORT: '80' }", null)]
    public void A_variable_that_the_scheduler_sets_is_refused_and_any_other_is_taken(string keys, string? problem) =>
        Assert.Equal(problem is null ? [] : [problem], Reading.Problems(Reading.DeployableText(keys)));

    [Theory]
    [InlineData("timeout: 10m\nsteps: [{ run: x, timeout: 11m }]")]
    [InlineData("modules: { m: { timeout: 90s, steps: [{ run: x }, { run: y, timeout: 2m }] } }")]
    public void A_step_may_not_take_longer_than_its_module(string text) => Assert.Equal(
        ["The step may take longer than its module, whose 'timeout' ends it first."],
        DefinitionParser.Parse("f", text).Problems.Select(p => p.Message));

    [Theory]
    [InlineData("steps: [{ run: 'a\u2028b\u2029c\u0085d' }]", "a\u2028b\u2029c\u0085d")]
    [InlineData("steps: [{ run: a\u2028b }]", "a\u2028b")]
    [InlineData("steps:\n- run: |\n    a\u2028b\n    c\n", "a\u2028b\nc\n")]
    [InlineData("steps: [{ run: \"a\\Lb\\Pc\\Nd\" }]", "a\u2028b\u2029c\u0085d")]
    [InlineData("steps: [{ run: '\uE000\u2028\uE001' }]", "\uE000\u2028\uE001")]
    public void A_line_separator_of_Unicode_is_text(string text, string run) =>
        Assert.Equal(run, DefinitionParser.Parse("f", text).Definition!.Modules[0].Steps[0].Run);

    [Fact]
    public void A_merge_conflict_is_called_so() => Assert.Equal(
        ["f:2:1: A merge conflict was committed here. (Resolve it, and remove its markers.)"],
        DefinitionParser.Parse("f", "x-a: b\n<<<<<<< HEAD\nsteps: [{ run: a }]\n=======\nsteps: [{ run: b }]\n>>>>>>> topic\n").Problems
            .Select(p => p.ToString()));

    [Theory]
    [InlineData("{ production: { instances: 2 }, infra-qa: { env: { A: b } } }")]
    [InlineData("{ x-shared: { instances: 2 } }")]
    public void A_stage_that_there_is_is_taken(string stages) =>
        Assert.Empty(DefinitionParser.Parse("f", Reading.DeployableText($"stages: {stages}"), stages: Stages).Problems);
}
