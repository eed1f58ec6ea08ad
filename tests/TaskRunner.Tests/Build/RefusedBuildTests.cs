using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Tests.Build;

/// <summary>Steps of a build are signed by nobody: an agent can be told to run none.</summary>
public sealed class RefusedBuildTests
{
    [Fact]
    public async Task A_build_is_refused_where_only_promoted_releases_may_run()
    {
        await using var server = await FakeServer.StartAsync();
        server.Spec = new BuildSpec(
            "", "sha256:" + new string('0', 64), [new StepSpec("evil", "echo evil", 60, new Dictionary<string, string>())], [],
            new Dictionary<string, string>(), []);
        await using var runner = RunnerProcess.Start(server.Url, new Dictionary<string, string> { ["PIPELINE_BUILDS"] = "deny" });

        Assert.Equal(76, await runner.ExitAsync());
        Assert.Contains("This agent runs no builds", Assert.Single(server.Security).Detail);
        Assert.Equal("security", server.Result!.Class);
        Assert.Empty(server.Steps);
    }
}
