using Pipeline.Attestation.Runs;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Run;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Tests.Run;

/// <summary>What a service sees, and the file from which a person may source the same.</summary>
public sealed class DeployEnvironmentTests : IDisposable
{
    private readonly string sandbox = RunnerProcess.NewFolder();

    public void Dispose() => Directory.Delete(sandbox, recursive: true);

    [Fact]
    public void A_service_knows_its_stage_release_artifact_and_generation()
    {
        var environment = For([]);
        Assert.Equal(
            ("production", "sha256:r", "sha256:a", "api-web", "4"),
            (environment["PIPELINE_STAGE"], environment["PIPELINE_RELEASE"], environment["PIPELINE_ARTIFACT"],
                environment["PIPELINE_DEPLOYABLE"], environment["PIPELINE_GENERATION"]));
        Assert.Equal("api-web", environment["OTEL_SERVICE_NAME"]);
        Assert.Equal("deployment.environment.name=production,service.instance.id=t.1", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal(("/home/task", "/tmp"), (environment["HOME"], environment["TMPDIR"]));
    }

    [Theory]
    [InlineData("PIPELINE_STAGE", "production")]
    [InlineData("PORT", "31000")]
    [InlineData("PORT0", "31000")]
    [InlineData("TASK_ID", "t.1")]
    [InlineData("INSTANCE_NO", "2")]
    [InlineData("LANG", "own")]
    [InlineData("OTEL_SERVICE_NAME", "own")]
    [InlineData("PIPELINE_OWN", "own")]
    [InlineData("PORTRAIT", "own")]
    [InlineData("ANYTHING", "own")]
    public void The_definition_sets_everything_but_what_the_scheduler_says(string name, string expected) =>
        Assert.Equal(expected, For(new() { [name] = "own" })[name]);

    [Fact]
    public async Task The_file_is_the_owners_only_and_a_shell_reads_back_every_value()
    {
        var path = Path.Combine(sandbox, "deploy.env");
        await File.WriteAllTextAsync(path, "an old and much longer file\n\n\n\n\n\n");
        File.Delete(path);
        var values = new Dictionary<string, string> { ["B"] = "it's $HOME `id`", ["A"] = "two\nlines", ["C"] = "" };
        DeployEnvironment.Write(path, values);
        Assert.Equal("A='two\nlines'\nB='it'\\''s $HOME `id`'\nC=''\n", await File.ReadAllTextAsync(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private Dictionary<string, string> For(Dictionary<string, string> own)
    {
        var inherited =
            new Dictionary<string, string> { ["PORT"] = "31000", ["PORT0"] = "31000", ["TASK_ID"] = "t.1", ["INSTANCE_NO"] = "2" };
        var runner = new RunnerEnvironment(new Uri("http://server/"), "t.1", "ticket-1", sandbox, null, null, null, true, inherited,
            Isolator.Bubblewrap, RunnerEnvironment.DefaultUsers, []);
        using var view = new TaskView(runner, "app");
        var specification = new RunSpecification(
            new RunArtifact(1, "sha256:a", "text/plain", null), "./serve", 1, 1, own, null, null, 10, null, 1, 2, "api-web", null, [],
            null);
        return DeployEnvironment.For(
            runner, new RunSpec("sha256:r", "production", "api-web", 4, [], ""), new VerifiedRun(specification, null), view);
    }
}
