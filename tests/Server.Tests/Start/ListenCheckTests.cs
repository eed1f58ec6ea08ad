using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Kernel;
using Pipeline.Server.Start;

namespace Pipeline.Server.Tests.Start;

public sealed class ListenCheckTests
{
    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:{0}")]
    [InlineData("127.0.0.1", "http://*:{0}")]
    [InlineData("127.0.0.1", "http://+:{0}")]
    [InlineData("127.0.0.1", "http://localhost:{0}")]
    [InlineData("127.0.0.1", "http://pipeline.example:{0}")]
    [InlineData("127.0.0.1", "http://127.0.0.1:0;https://127.0.0.1:{0}/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:{0}")]
    [InlineData("::", "http://[::1]:{0}")]
    public void A_taken_address_is_named(string takenOn, string urls)
    {
        using var other = new TcpListener(IPAddress.Parse(takenOn), 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var refused = Assert.Throws<AddressTakenException>(() => ListenCheck.Run(urls.Replace("{0}", port, StringComparison.Ordinal)));

        Assert.Contains($":{port}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, StartFailure.Of(refused)!.ExitCode);
    }

    [Fact]
    public void An_address_of_another_machine_is_named()
    {
        var refused = Assert.Throws<AddressTakenException>(() => ListenCheck.Run("http://192.0.2.1:8080"));

        Assert.Contains("192.0.2.1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8080")]
    [InlineData("http://127.0.0.1:0;nonsense")]
    public void What_is_no_address_is_named_with_one_that_is(string urls)
    {
        var refused = Assert.Throws<UsageException>(() => ListenCheck.Run(urls));

        Assert.Contains($"'{urls.Split(';')[^1]}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("http://*:8080", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://unix:/run/pipeline.sock")]
    public void What_is_free_is_free(string urls) => ListenCheck.Run(urls);

    [Fact]
    public void The_check_lets_go_of_the_address()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();

        ListenCheck.Run(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

        using var server = new TcpListener(IPAddress.Loopback, port);
        server.Start();
    }
}
