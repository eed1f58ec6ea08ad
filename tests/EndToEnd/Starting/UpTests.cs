using System.Globalization;
using Pipeline.EndToEnd.Harness;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Starting;

/// <summary>What a new user types first.</summary>
public sealed class UpTests : IAsyncDisposable
{
    // Inside the clone, as by default: what lies above must not leak into the builds.
    private readonly string data = Path.Combine(RepositoryRoot.Path, "artifacts", $"up-{Environment.ProcessId}");

    [Fact]
    public async Task Up_once_brings_the_sample_to_production_stops_everything_and_rebuilds_nothing_the_second_time()
    {
        var first = await UpOnceAsync();
        Assert.True(first.ExitCode == 0, $"{first.Output}\n{first.Error}");
        Assert.Contains("production answers at", first.Output);
        Assert.Empty(Posix.ProcessesOf(data));

        var second = await UpOnceAsync();
        Assert.True(second.ExitCode == 0, $"{second.Output}\n{second.Error}");
        Assert.Contains("production answers at", second.Output);
        Assert.DoesNotContain("build #", second.Output);
        Assert.Empty(Posix.ProcessesOf(data));
    }

    [Theory]
    [InlineData("PIPELINE_PORT", "eighty", "PIPELINE_PORT is 'eighty': expected a port from 1 to 65535.")]
    [InlineData("PIPELINE_SAMPLE", "world", "PIPELINE_SAMPLE is 'world': use hello (the default) or none.")]
    public async Task A_wrong_setting_is_named_before_anything_is_written(string name, string value, string message)
    {
        var result = await RunAsync(["up"], new Dictionary<string, string?> { [name] = value });

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_taken_port_and_an_unknown_argument_are_named_with_the_remedy()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var onTakenPort = await RunAsync(["up"], new Dictionary<string, string?> { ["PIPELINE_PORT"] = port });
        var unknown = await RunAsync(["up", "--twice"], new Dictionary<string, string?>());

        Assert.Equal((2, 2), (onTakenPort.ExitCode, unknown.ExitCode));
        Assert.Contains($"Port {port} is taken", onTakenPort.Error);
        Assert.Contains("'--twice'", unknown.Error);
    }

    public async ValueTask DisposeAsync()
    {
        var postgres = Path.Combine(data, "pg");
        if (Directory.Exists(postgres))
            await new PrivatePostgres(postgres).DestroyAsync(CancellationToken.None);
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
    }

    private Task<ChildProcess.Result> UpOnceAsync() =>
        RunAsync(["up", "--once"], new Dictionary<string, string?> 
        {
            ["PIPELINE_PORT"] = $"{FreePort.Next()}", ["PIPELINE_TRAFFIC_PORT"] = $"{FreePort.Next()}",
        });

    private Task<ChildProcess.Result> RunAsync(string[] arguments, Dictionary<string, string?> environment)
    {
        environment["PIPELINE_DATA"] = data;
        return ChildProcess.RunAsync(
            $"{RepositoryRoot.Path}/artifacts/server/Pipeline.Server", arguments, TestContext.Current.CancellationToken, "/", environment);
    }
}
