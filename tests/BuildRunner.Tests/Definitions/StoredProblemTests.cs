using Pipeline.BuildRunner.Contract;

namespace Pipeline.BuildRunner.Tests.Definitions;

/// <summary>A definition that PostgreSQL could not hold is a failed build with problems, not one that is never planned.</summary>
public sealed class StoredProblemTests
{
    [Theory]
    [InlineData("steps: [{ run: x }]\n\"key\\0\": y", 2)]
    [InlineData("steps: [{ run: x, name: \"a\\0\" }]", 1)]
    [InlineData("steps: [{ run: x }]\nenv: { \"A\\0\": b, B: \"\\0\" }", 2)]
    [InlineData("steps: [{ run: x }]\ntimeout: \"1s\\0\"", 2)]
    [InlineData("steps: [{ run: x }]\n\"a\\0\": 1\n\"a\\0\": 2", 2)]
    [InlineData("modules: { \"a\\0\": { steps: [{ run: x }] } }", 1)]
    [InlineData(Reading.Head + "deployables: { w: { artifact: a, run: y, stages: { qa: { env: { A: \"\\0\" } } } } }", 3)]
    public async Task A_NUL_in_a_definition_is_a_failed_build_with_problems(string definition, int line)
    {
        await using var host = await BuildHost.StartAsync();

        var build = await host.PushAsync(definition);

        Assert.Equal(BuildState.Failed, build.Build.State);
        Assert.Contains(build.Problems, p => p.Line == line && p.Message.Contains("NUL", StringComparison.Ordinal));
        Assert.Single((await host.EventsAsync()).OfType<DefinitionRejected>());
    }
}
