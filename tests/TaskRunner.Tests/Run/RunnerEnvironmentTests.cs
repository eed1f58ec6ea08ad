using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Tests.Run;

/// <summary>What the scheduler and the agent gave the task.</summary>
public sealed class RunnerEnvironmentTests
{
    private static readonly Dictionary<string, string> Complete = new()
    {
        ["PIPELINE_SERVER"] = "http://server:8080/base", ["TASK_ID"] = "t.1", ["PIPELINE_TICKET"] = "secret",
    };

    [Fact]
    public void A_complete_environment_is_read()
    {
        var (environment, missing) = Read(new()
        {
            ["PIPELINE_TRUST"] = "/t/trust.json", ["PIPELINE_STATE"] = "/state", ["PIPELINE_STAGES"] = " qa , production,,",
        });
        Assert.Null(missing);
        Assert.Equal("http://server:8080/base/", environment!.Server.ToString());
        Assert.Equal(("t.1", "secret", "/sandbox"), (environment.TaskId, environment.Ticket, environment.Sandbox));
        Assert.Equal(("/t/trust.json", "/state"), (environment.TrustPath, environment.StatePath));
        Assert.Equal(["qa", "production"], environment.Stages!);
    }

    [Theory]
    [InlineData("PIPELINE_SERVER", null, "PIPELINE_SERVER")]
    [InlineData("PIPELINE_SERVER", "", "PIPELINE_SERVER")]
    [InlineData("PIPELINE_SERVER", "server", "PIPELINE_SERVER (a URL)")]
    [InlineData("TASK_ID", null, "TASK_ID")]
    [InlineData("PIPELINE_TICKET", "", "PIPELINE_TICKET")]
    public void The_variable_that_is_missing_is_named(string name, string? value, string missing) =>
        Assert.Equal((null, missing), Read(new() { [name] = value }));

    [Fact]
    public void What_the_agent_does_not_give_is_absent_and_not_empty()
    {
        var environment = Read(new() { ["PIPELINE_TRUST"] = "", ["PIPELINE_STATE"] = "" }).Environment!;
        Assert.Equal((null, null, null), (environment.TrustPath, environment.StatePath, environment.Stages));
    }

    [Theory]
    [InlineData("PATH", true)]
    [InlineData("PORT", true)]
    [InlineData("PORT0", true)]
    [InlineData("PORT12", true)]
    [InlineData("PORT1x", false)]
    [InlineData("PORTAL", false)]
    [InlineData("TASK_HOST", true)]
    [InlineData("INSTANCE_NO", true)]
    [InlineData("SSL_CERT_FILE", true)]
    [InlineData("PIPELINE_TICKET", false)]
    [InlineData("PIPELINE_SERVER", false)]
    [InlineData("PIPELINE_TRUST", false)]
    [InlineData("LIBPROCESS_IP", false)]
    [InlineData("MESOS_SANDBOX", false)]
    public void Steps_and_services_see_only_what_is_named(string name, bool passed)
    {
        var inherited = Read(new() { [name] = name == "PIPELINE_SERVER" ? "http://x" : "value" }).Environment!.Inherited;
        Assert.Equal(passed, inherited.ContainsKey(name));
    }

    [Fact]
    public void Without_a_path_there_is_the_usual_one() =>
        Assert.Equal("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", Read([]).Environment!.Inherited["PATH"]);

    private static (RunnerEnvironment? Environment, string? Missing) Read(Dictionary<string, string?> more)
    {
        var all = Complete.ToDictionary(e => e.Key, e => (string?)e.Value);
        foreach (var (name, value) in more)
            all[name] = value;
        return RunnerEnvironment.Read(all.GetValueOrDefault, all.Keys, "/sandbox");
    }
}
