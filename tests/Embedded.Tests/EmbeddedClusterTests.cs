using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.Embedded.Tests;

/// <summary>A real <c>localmesos</c>, which outlives the server that started it.</summary>
public sealed class EmbeddedClusterTests : IDisposable
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_cluster_is_started_once_found_again_and_stopped_with_its_process()
    {
        // Beside the sources, as a server finds it beside itself.
        var program = Path.Combine(folder.Path, "localmesos");
        Directory.CreateSymbolicLink(program, Path.GetDirectoryName(LocalMesosCluster.Executable)!);
        var first = Cluster();

        var master = await first.StartAsync(new Dictionary<string, string> { ["GREETING"] = "hello" }, ct);
        var again = await Cluster().StartAsync(new Dictionary<string, string>(), ct);

        Assert.Equal(master, again);
        using var http = new HttpClient();
        var state = await http.GetFromJsonAsync<JsonElement>(new Uri($"{master}/master/state"), ct);
        Assert.Equal("infra-qa", state.GetProperty("cluster").GetString());
        var pid = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "work", "localmesos.json"), ct)).RootElement.GetProperty("pid").GetInt32();

        await first.StopAsync(ct);
        await first.StopAsync(ct); // nothing is left to stop

        Assert.False(Directory.Exists($"/proc/{pid}") && File.ReadAllText($"/proc/{pid}/cmdline").Contains("localmesos", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_ends_while_it_starts_is_told_with_the_end_of_its_log()
    {
        var program = folder.Write("localmesos/localmesos", "#!/bin/sh\necho 'no more file descriptors' >&2\nexit 3\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var failure = await Assert.ThrowsAsync<UsageException>(() => Cluster().StartAsync(new Dictionary<string, string>(), ct));

        Assert.Contains("infra-qa", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no more file descriptors", failure.Message, StringComparison.Ordinal);
    }

    private EmbeddedCluster Cluster() =>
        new("infra-qa", Path.Combine(folder.Path, "work"), null, new InstallLayout(folder.Path), TimeProvider.System);
}
