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
    [InlineData("{ production: { instances: 2 }, infra-qa: { env: { A: b } } }")]
    [InlineData("{ x-shared: { instances: 2 } }")]
    public void A_stage_that_there_is_is_taken(string stages) =>
        Assert.Empty(DefinitionParser.Parse("f", Reading.DeployableText($"stages: {stages}"), stages: Stages).Problems);
}
