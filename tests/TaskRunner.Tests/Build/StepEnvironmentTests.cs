using Pipeline.TaskRunner.Build;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Tests.Build;

/// <summary>What a step sees: nothing of the agent's but what is named.</summary>
public sealed class StepEnvironmentTests : IDisposable
{
    private readonly string sandbox = RunnerProcess.NewFolder();

    public void Dispose() => Directory.Delete(sandbox, recursive: true);

    [Fact]
    public void A_step_gets_a_home_a_folder_for_temporary_files_and_the_markers_of_a_build()
    {
        var environment = For([], []);
        Assert.Equal(
            ("true", "true", "unit", "/workspace"),
            (environment["CI"], environment["PIPELINE"], environment["PIPELINE_STEP"], environment["PIPELINE_WORKSPACE"]));
        Assert.Equal(("/home/task", "/tmp"), (environment["HOME"], environment["TMPDIR"]));
        Assert.Equal("/", environment["GIT_CEILING_DIRECTORIES"]);
        Assert.Equal("/bin", environment["PATH"]);
    }

    [Fact]
    public void Where_the_agent_isolates_the_folders_are_those_of_the_sandbox()
    {
        var environment = For([], [], Isolator.Agent);
        Assert.Equal(
            (sandbox + "/workspace", sandbox + "/home", sandbox + "/tmp", sandbox),
            (environment["PIPELINE_WORKSPACE"], environment["HOME"], environment["TMPDIR"], environment["GIT_CEILING_DIRECTORIES"]));
    }

    [Fact]
    public void The_step_wins_over_the_build_and_the_build_over_the_defaults()
    {
        var environment = For(new() { ["LANG"] = "build", ["A"] = "build", ["B"] = "build" }, new() { ["A"] = "step", ["CI"] = "step" });
        Assert.Equal(("build", "step", "build", "step"), (environment["LANG"], environment["A"], environment["B"], environment["CI"]));
    }

    [Fact]
    public void The_ticket_and_the_server_are_not_in_it()
    {
        var values = For([], []).Values;
        Assert.DoesNotContain("ticket-1", values);
        Assert.DoesNotContain(values, v => v.StartsWith("http://", StringComparison.Ordinal));
    }

    private Dictionary<string, string> For(
        Dictionary<string, string> build, Dictionary<string, string> step, Isolator isolator = Isolator.Bubblewrap)
    {
        var runner = new RunnerEnvironment(
            new Uri("http://server/"), "t.1", "ticket-1", sandbox, null, null, null, true,
            new Dictionary<string, string> { ["PATH"] = "/bin" }, isolator, RunnerEnvironment.DefaultUsers, []);
        using var view = new TaskView(runner, "workspace");
        return StepEnvironment.For(runner, new BuildSpec("", "", [], [], build, []), new StepSpec("unit", "true", 1, step), view);
    }
}
