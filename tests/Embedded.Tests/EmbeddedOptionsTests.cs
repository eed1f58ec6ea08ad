using Pipeline.Kernel;

namespace Pipeline.Embedded.Tests;

public sealed class EmbeddedOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_said_is_port_8080_the_folder_data_the_sample_and_no_end()
    {
        var options = Read([]);

        Assert.Equal(8080, options.Port);
        Assert.Equal("http://localhost:8080", options.Url);
        Assert.Equal(Path.GetFullPath("data"), options.DataDirectory);
        Assert.Equal(Path.GetFullPath("data/keys/x"), options.Folder("keys", "x"));
        Assert.False(options.Once);
        Assert.True(options.Sample);
        Assert.Equal(Path.Combine(folder.Path, "pipelines", "stages.yaml"), options.StagesFile);
        Assert.Null(options.DockerSocket);
    }

    [Fact]
    public void Everything_can_be_said()
    {
        var options = Read(
            ["--once"], ("PIPELINE_PORT", "9000"), ("PIPELINE_DATA", "/srv/p"), ("PIPELINE_SAMPLE", "none"),
                ("PIPELINE_STAGES_FILE", "/etc/passwd"),
            ("PIPELINE_DOCKER_SOCKET", "/run/docker.sock"));

        Assert.Equal(new EmbeddedOptions(9000, "/srv/p", true, false, "/etc/passwd", "/run/docker.sock"), options);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("65535", 65535)]
    [InlineData("", 8080)]
    public void A_port_is_a_number_that_the_network_knows(string text, int port) =>
        Assert.Equal(port, Read([], ("PIPELINE_PORT", text)).Port);

    [Theory]
    [InlineData("PIPELINE_PORT", "0", "PIPELINE_PORT is '0': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", "65536", "PIPELINE_PORT is '65536': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", "-1", "PIPELINE_PORT is '-1': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", " 80", "PIPELINE_PORT is ' 80': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", "eighty", "PIPELINE_PORT is 'eighty': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_SAMPLE", "goodbye", "PIPELINE_SAMPLE is 'goodbye': use hello (the default) or none.")]
    public void A_variable_that_is_wrong_is_named_with_what_is_allowed(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Read([], (name, value))).Message);

    [Theory]
    [InlineData("--twice")]
    [InlineData("once")]
    [InlineData("--ONCE")]
    public void An_unknown_argument_is_named(string argument) =>
        Assert.Contains($"'{argument}'", Assert.Throws<UsageException>(() => Read(["--once", argument])).Message, StringComparison.Ordinal);

    [Fact]
    public void All_that_is_wrong_is_told_at_once_a_line_each()
    {
        var refused = Assert.Throws<UsageException>(() => Read(
            ["--twice", "--once", "now", "--twice"],
            ("PIPELINE_PORT", "http"), ("PIPELINE_SAMPLE", "goodbye"), ("PIPELINE_STAGES_FILE", "/no/stages.yaml")));

        Assert.Equal(
            [
                "up does not know '--twice'. It takes --once; port and data come from PIPELINE_PORT and PIPELINE_DATA.",
                "up does not know 'now'. It takes --once; port and data come from PIPELINE_PORT and PIPELINE_DATA.",
                "PIPELINE_PORT is 'http': expected a port from 1 to 65535.",
                "PIPELINE_SAMPLE is 'goodbye': use hello (the default) or none.",
                "PIPELINE_STAGES_FILE is '/no/stages.yaml', which is no file: name one like pipelines/stages.yaml.",
            ],
            refused.Message.Split('\n'));
    }

    [Fact]
    public void Empty_variables_are_as_if_they_were_not_there()
    {
        var options = Read(
            [], ("PIPELINE_PORT", ""), ("PIPELINE_DATA", ""), ("PIPELINE_SAMPLE", ""), ("PIPELINE_STAGES_FILE", ""),
                ("PIPELINE_DOCKER_SOCKET", ""));

        Assert.Equal(Read([]), options);
    }

    private EmbeddedOptions Read(string[] arguments, params (string Name, string Value)[] environment) => EmbeddedOptions.Read(
        arguments, name => environment.FirstOrDefault(e => e.Name == name).Value, folder.Layout("pipelines/stages.yaml"));
}
