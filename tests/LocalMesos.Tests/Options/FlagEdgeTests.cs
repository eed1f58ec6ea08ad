using Pipeline.LocalMesos.Options;

namespace Pipeline.LocalMesos.Tests.Options;

/// <summary>Values of flags at their edges, and files that are not as they should be.</summary>
public sealed class FlagEdgeTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1000", 1000)]
    public void A_number_may_be_its_first_and_its_last(string value, int number) =>
        Assert.Equal(number, FlagValue.Number("f", value, 1, 1000));

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("99999999999")]
    [InlineData("")]
    public void Another_number_is_refused_with_its_bounds(string value) => Assert.Equal(
        $"--f: '{value}' is not a whole number from 1 to 1000.",
        Assert.Throws<FormatException>(() => FlagValue.Number("f", value, 1, 1000)).Message);

    [Theory]
    [InlineData("0", true)]
    [InlineData("0.999", true)]
    [InlineData("1", false)]
    [InlineData("-0.001", false)]
    [InlineData("NaN", false)]
    [InlineData("Infinity", false)]
    [InlineData("1%", false)]
    public void A_fraction_is_less_than_the_whole(string value, bool isOne) =>
        Assert.Equal(isOne, Record.Exception(() => FlagValue.Fraction("f", value)) is not FormatException);

    [Theory]
    [InlineData("960hrs", true)]
    [InlineData("961hrs", false)]
    [InlineData("1e300hrs", false)]
    [InlineData("Infinitysecs", false)]
    [InlineData("NaNsecs", false)]
    [InlineData("0.0001ms", true)]
    [InlineData("secs15", false)]
    public void A_duration_is_one_that_a_timer_can_run(string value, bool isOne) =>
        Assert.Equal(isOne, Record.Exception(() => FlagValue.Duration("f", value)) is not FormatException);

    [Theory]
    [InlineData("True")]
    [InlineData("1")]
    [InlineData("")]
    public void A_switch_is_true_or_false_in_these_words(string value) =>
        Assert.Throws<FormatException>(() => FlagValue.Switch("f", value));

    [Theory]
    [InlineData("""{"A":null}""", "A has no value")]
    [InlineData("""{"A":1}""", "not a JSON object of strings")]
    [InlineData("""{"A":"1" """, "not a JSON object of strings")]
    public void An_environment_holds_texts_only(string value, string message) => Assert.Contains(
        message, Assert.Throws<FormatException>(() => Parse("--executor_environment_variables", value)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_environment_of_null_is_an_empty_one() => Assert.Empty(Parse("--executor_environment_variables=null").TaskEnvironment);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"credentials":{}}""")]
    [InlineData("""{"credentials":[{"principal":"p"}]}""")]
    [InlineData("""{"credentials":[{"principal":null,"secret":"s"}]}""")]
    [InlineData("""{"credentials":[{"principal":"p","secret":null}]}""")]
    [InlineData("""{"credentials":[{"principal":"p","secret":""}]}""")]
    [InlineData("""{"credentials":[{"principal":1,"secret":"s"}]}""")]
    [InlineData("""{"credentials":[{"principal":"p","secret":"s"},{"principal":"p","secret":"t"}]}""")]
    public void Credentials_that_cannot_be_read_name_their_file(string text)
    {
        var file = Path.Combine(directory.Path, "credentials");
        File.WriteAllText(file, text);

        Assert.StartsWith(
            $"--credentials {file}: ", Assert.Throws<FormatException>(() => Parse("--credentials", file)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_file_of_credentials_and_an_empty_list_is_one()
    {
        Assert.Throws<FormatException>(() => Parse("--credentials", directory.Path));
        var file = Path.Combine(directory.Path, "credentials");
        File.WriteAllText(file, """{"credentials":[]}""");
        Assert.Empty(Parse("--credentials", file).Credentials);
    }

    [Fact]
    public void Every_flag_reaches_its_own_setting()
    {
        var options = Parse(
            "--resources=cpus:1", "--agent_hostname=h", "--offer_timeout=2secs", "--agent_ping_timeout=3secs",
                "--max_agent_ping_timeouts=4",
            "--docker_socket=/d", "--authenticate_http_readwrite", "--authenticate_http_frameworks=false", "--virtual_resources=cpus:2",
            "--virtual_run_time=5secs", "--virtual_unhealthy=0.5", "--update_duplication=0.25");

        Assert.Equal(
            ("cpus:1", "h", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(12), "/d"),
            (options.Resources, options.AgentHostname, options.OfferTimeout, options.AgentTimeout, options.DockerSocket));
        Assert.Equal(
            (false, true, false), (options.AuthenticateReadOnly, options.AuthenticateReadWrite, options.AuthenticateFrameworks));
        Assert.Equal(
            ("cpus:2", TimeSpan.FromSeconds(5), 0.5, 0.25, 0d),
            (options.Virtual.Resources, options.Virtual.RunTime, options.Virtual.Unhealthy, options.Virtual.UpdateDuplication,
                options.Virtual.UpdateLoss));
    }

    private static LocalMesosOptions Parse(params string[] flags) => LocalMesosFlags.Parse(["--work_dir=/tmp/x", .. flags]);
}
