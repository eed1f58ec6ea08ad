using Pipeline.LocalMesos.Options;

namespace Pipeline.LocalMesos.Tests.Options;

/// <summary>The command line.</summary>
public sealed class LocalMesosFlagsTests
{
    [Fact]
    public void Only_the_work_directory_is_needed()
    {
        var options = LocalMesosFlags.Parse(["--work_dir=/tmp/x"]);
        Assert.Equal(
            ("/tmp/x", "local", 0, AllocationMode.Continuous), (options.WorkDirectory, options.Cluster, options.Port, options.Allocation));
        Assert.Equal([new RackOptions("rack1", 1)], options.Racks);
        Assert.Equal(TimeSpan.FromSeconds(75), options.AgentTimeout);
        Assert.Null(options.OfferTimeout);
    }

    [Fact]
    public void A_value_follows_an_equals_sign_or_a_space()
    {
        var options = Parse("--cluster", "infra", "--port=5050", "--exit_with", "42");
        Assert.Equal(("infra", 5050, 42), (options.Cluster, options.Port, options.ExitWith));
    }

    [Theory]
    [InlineData("--http_command_executor", true)]
    [InlineData("--http_command_executor=true", true)]
    [InlineData("--http_command_executor=false", false)]
    public void A_switch_needs_no_value(string flag, bool on) => Assert.Equal(on, Parse(flag, "--cluster", "c").HttpCommandExecutor);

    [Fact]
    public void Each_switch_is_its_own()
    {
        var options = Parse("--authenticate_http_readonly");
        Assert.Equal(
            (true, false, false), (options.AuthenticateReadOnly, options.AuthenticateReadWrite, options.AuthenticateFrameworks));
    }

    [Theory]
    [InlineData("r1:2,r2:1", "r1:2 r2:1")]
    [InlineData(" r1 , r2:3", "r1:1 r2:3")]
    [InlineData("none", "")]
    public void Racks_have_a_number_of_agents(string value, string racks) =>
        Assert.Equal(racks, string.Join(' ', Parse("--agents", value).Racks.Select(r => $"{r.Rack}:{r.Agents}")));

    [Fact]
    public void Attributes_are_names_and_texts()
    {
        Assert.Equal([("region", "eu"), ("url", "http://x")], Parse("--attributes=region:eu;url:http://x").Attributes);
    }

    [Theory]
    [InlineData("continuous", 0)]
    [InlineData("cycle", 1)]
    [InlineData("on-demand", 2)]
    public void Allocation_has_three_modes(string value, int mode) =>
        Assert.Equal((AllocationMode)mode, Parse("--allocation", value).Allocation);

    [Fact]
    public void The_environment_of_tasks_is_a_JSON_object() => Assert.Equal(
        "1", Parse("""--executor_environment_variables={"A":"1"}""").TaskEnvironment["A"]);

    [Theory]
    [InlineData("file://")]
    [InlineData("")]
    public void Credentials_come_from_a_file(string scheme)
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "credentials");
        File.WriteAllText(file, """{"credentials":[{"principal":"p","secret":"s"}]}""");

        Assert.Equal("s", Parse("--credentials", scheme + file).Credentials["p"]);
    }

    [Fact]
    public void Virtual_agents_have_flags_of_their_own()
    {
        var options =
            Parse("--virtual_agents=5", "--virtual_racks=2", "--launch_delay=50ms", "--update_loss=0.25", "--virtual_seed=7").Virtual;
        Assert.Equal((5, 2, 0.25, 7), (options.Agents, options.Racks, options.UpdateLoss, options.Seed));
        Assert.Equal(TimeSpan.FromMilliseconds(50), options.LaunchDelay);
        Assert.Null(options.RunTime);
    }

    [Theory]
    [InlineData("--work_dir is missing", "--port=1")]
    [InlineData("'port' is not a flag", "--work_dir=/tmp", "port")]
    [InlineData("--port needs a value", "--work_dir=/tmp", "--port")]
    [InlineData("--port: 'x' is not a whole number from 0 to 65535", "--work_dir=/tmp", "--port=x")]
    [InlineData("--port: '65536' is not a whole number", "--work_dir=/tmp", "--port=65536")]
    [InlineData("--nonsense is unknown", "--work_dir=/tmp", "--nonsense=1")]
    [InlineData("--agents: expected racks", "--work_dir=/tmp", "--agents=,")]
    [InlineData("--attributes: 'rack' is not name:text", "--work_dir=/tmp", "--attributes=rack")]
    [InlineData("--allocation: 'never' is not one of", "--work_dir=/tmp", "--allocation=never")]
    [InlineData("--executor_environment_variables: not a JSON object", "--work_dir=/tmp", "--executor_environment_variables=[]")]
    [InlineData("--credentials /no/file: ", "--work_dir=/tmp", "--credentials=/no/file")]
    [InlineData("--http_command_executor: 'yes' is neither true nor false", "--work_dir=/tmp", "--http_command_executor=yes")]
    [InlineData("--virtual_unhealthy: '1' is not a fraction", "--work_dir=/tmp", "--virtual_unhealthy=1")]
    [InlineData("--update_loss: '-0.1' is not a fraction", "--work_dir=/tmp", "--update_loss=-0.1")]
    public void A_bad_flag_is_named_with_what_is_expected(string message, params string[] arguments) => Assert.StartsWith(
        message, Assert.Throws<FormatException>(() => LocalMesosFlags.Parse(arguments)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("15secs", 15_000)]
    [InlineData("2mins", 120_000)]
    [InlineData("1.5hrs", 5_400_000)]
    [InlineData("0.5secs", 500)]
    public void Durations_are_in_the_notation_of_Mesos(string value, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), FlagValue.Duration("f", value));

    [Theory]
    [InlineData("15")]
    [InlineData("0secs")]
    [InlineData("-1secs")]
    [InlineData("secs")]
    [InlineData("15seconds")]
    public void Other_durations_are_rejected(string value) => Assert.Throws<FormatException>(() => FlagValue.Duration("f", value));

    [Fact]
    public void The_usage_names_every_flag()
    {
        foreach (
            var flag in (string[])[
                "work_dir", "agents", "allocation", "offer_timeout", "credentials", "docker_socket", "virtual_agents", "update_loss"
            ])
            Assert.Contains("--" + flag, Usage.Text, StringComparison.Ordinal);
    }

    private static LocalMesosOptions Parse(params string[] flags) => LocalMesosFlags.Parse(["--work_dir=/tmp/x", .. flags]);
}
