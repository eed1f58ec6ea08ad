using Pipeline.Kernel;

namespace Pipeline.Embedded.Tests;

public sealed class EmbeddedOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_said_is_port_8080_the_folder_data_the_sample_and_no_end()
    {
        var options = Read(false);

        Assert.Equal(8080, options.Port);
        Assert.Equal("http://localhost:8080", options.Url);
        Assert.Equal("http://localhost:8081", options.TrafficUrl);
        Assert.Equal(Path.GetFullPath("data"), options.DataDirectory);
        Assert.Equal(Path.GetFullPath("data/keys/x"), options.Folder("keys", "x"));
        Assert.False(options.Once);
        Assert.True(options.Sample);
        Assert.True(options.Isolates);
        Assert.Equal(Path.Combine(folder.Path, "pipelines", "stages.yaml"), options.StagesFile);
        Assert.Null(options.DockerSocket);
    }

    [Fact]
    public void Everything_can_be_said()
    {
        var options = Read(
            true, ("PIPELINE_PORT", "9000"), ("PIPELINE_TRAFFIC_PORT", "9900"), ("PIPELINE_DATA", "/srv/p"), ("PIPELINE_SAMPLE", "none"),
                ("PIPELINE_STAGES_FILE", "/etc/passwd"),
            ("PIPELINE_DOCKER_SOCKET", "/run/docker.sock"), ("PIPELINE_ISOLATION", "none"), ("PIPELINE_TOOLS", "/srv/sdk::/srv/../opt/b"));

        Assert.Equal(
            new EmbeddedOptions(9000, 9900, "/srv/p", true, false, "/etc/passwd", "/run/docker.sock", false, "/srv/sdk:/opt/b"), options);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("65535", 65535)]
    [InlineData("", 8080)]
    public void A_port_is_a_number_that_the_network_knows(string text, int port) =>
        Assert.Equal(port, Read(false, ("PIPELINE_PORT", text)).Port);

    [Theory]
    [InlineData("9000", null, 9001)]
    [InlineData("65535", null, 65534)]
    [InlineData("9000", "80", 80)]
    public void Applications_have_the_next_port_or_the_one_that_was_said(string port, string? traffic, int expected) =>
        Assert.Equal(expected, Read(false, ("PIPELINE_PORT", port), ("PIPELINE_TRAFFIC_PORT", traffic!)).TrafficPort);

    [Theory]
    [InlineData("PIPELINE_TRAFFIC_PORT", "0", "PIPELINE_TRAFFIC_PORT is '0': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_TRAFFIC_PORT", "8080", "PIPELINE_TRAFFIC_PORT is 8080, as PIPELINE_PORT: applications need a port of their own.")]
    [InlineData("PIPELINE_PORT", "0", "PIPELINE_PORT is '0': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", "65536", "PIPELINE_PORT is '65536': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", "-1", "PIPELINE_PORT is '-1': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", " 80", "PIPELINE_PORT is ' 80': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_PORT", "eighty", "PIPELINE_PORT is 'eighty': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_SAMPLE", "goodbye", "PIPELINE_SAMPLE is 'goodbye': use hello (the default) or none.")]
    [InlineData("PIPELINE_ISOLATION", "chroot", "PIPELINE_ISOLATION is 'chroot': use bubblewrap (the default) or none.")]
    public void A_variable_that_is_wrong_is_named_with_what_is_allowed(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Read(false, (name, value))).Message);

    [Fact]
    public void All_that_is_wrong_is_told_at_once_a_line_each()
    {
        var refused = Assert.Throws<UsageException>(() => Read(
            true,
            ("PIPELINE_PORT", "http"), ("PIPELINE_SAMPLE", "goodbye"), ("PIPELINE_STAGES_FILE", "/no/stages.yaml")));

        Assert.Equal(
            [
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
            false, ("PIPELINE_PORT", ""), ("PIPELINE_TRAFFIC_PORT", ""), ("PIPELINE_DATA", ""), ("PIPELINE_SAMPLE", ""),
            ("PIPELINE_STAGES_FILE", ""), ("PIPELINE_DOCKER_SOCKET", ""));

        Assert.Equal(Read(false), options);
    }

    private EmbeddedOptions Read(bool once, params (string Name, string Value)[] environment) => EmbeddedOptions.Read(
        once, name => environment.FirstOrDefault(e => e.Name == name).Value, folder.Layout("pipelines/stages.yaml"));
}
