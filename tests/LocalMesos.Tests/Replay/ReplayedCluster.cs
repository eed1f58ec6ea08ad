using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Tests.Replay.Recordings;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>
/// A localmesos that is like the recorded master and agent: their flags, one agent called localhost, offers by the cycle only.
/// </summary>
internal sealed class ReplayedCluster : IAsyncDisposable
{
    private const string Authenticates = "--authenticate_http_frameworks";
    private static readonly Lock Searching = new();
    private static readonly HttpClient Http = new();
    private readonly Scenario scenario;
    private readonly PortBlock ports;
    private readonly PortBlock beyond;
    private readonly LocalMesosCluster cluster;

    private ReplayedCluster(Scenario scenario, PortBlock ports, PortBlock beyond, LocalMesosCluster cluster) =>
        (this.scenario, this.ports, this.beyond, this.cluster) = (scenario, ports, beyond, cluster);

    public int MasterPort => new Uri(cluster.MasterUrl).Port;

    public int AgentPort => new Uri(cluster.Agents[0].Url).Port;

    public int FirstTaskPort => ports.Start;

    public string WorkDirectory => cluster.WorkDirectory;

    public string AgentId => cluster.Agents[0].Id;

    /// <param name="programs">A directory whose programs the tasks find first; null for none.</param>
    public static async Task<ReplayedCluster> StartAsync(Scenario scenario, string? programs)
    {
        // The recorded agent had 101 ports, one more than a block: with the next block ours, too, no agent listens on that one.
        var (ports, beyond) = TakeNeighbours();
        var settings = new LocalMesosSettings
        {
            Cluster = "golden",
            TaskEnvironment = programs is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { ["PATH"] = $"{programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
            Resources = $"cpus:4;mem:4096;disk:8192;ports:[{ports.Start}-{ports.Start + 100}]",
            MoreArguments =
            [
                .. Credentials(scenario),
                "--agent_hostname=localhost", "--attributes=region:local", "--allocation=on-demand", .. scenario.Flags,
            ],
        };
        return new ReplayedCluster(scenario, ports, beyond, await LocalMesosCluster.StartAsync(settings, CancellationToken.None));
    }

    /// <summary>Done by an operator who may be refused.</summary>
    public async Task TryAgentAsync(string action)
    {
        using var response = await Http.PostAsync(new Uri($"{cluster.MasterUrl}/localmesos/agents/{AgentId}/{action}"), null);
    }

    /// <summary>POST /localmesos/… : faults and allocation on demand.</summary>
    public async Task AdminAsync(string path)
    {
        using var response = await Http.PostAsync(new Uri($"{cluster.MasterUrl}/localmesos/{path}"), null);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>Whether the master has noticed that the framework's stream is closed.</summary>
    public async Task<bool> IsDisconnectedAsync(string frameworkId)
    {
        using var state = await Http.GetFromJsonAsync<JsonDocument>(new Uri($"{cluster.MasterUrl}/frameworks"));
        return !state!.RootElement.GetProperty("frameworks").EnumerateArray()
            .Any(f => f.GetProperty("id").GetString() == frameworkId && f.GetProperty("connected").GetBoolean());
    }

    // Another run of the tests may be under way.
    private static string CredentialsFile => Path.Combine(Path.GetTempPath(), $"pipeline-replay-credentials-{Environment.ProcessId}.json");

    private static string[] Credentials(Scenario scenario)
    {
        if (!scenario.Flags.Contains(Authenticates))
            return [];
        var path = CredentialsFile;
        File.WriteAllText(path, """{"credentials":[{"principal":"fw","secret":"secret"}]}""");
        return ["--credentials=" + path];
    }

    // One at a time: several that search side by side take each other's neighbours until no block is left.
    private static (PortBlock Ports, PortBlock Beyond) TakeNeighbours()
    {
        lock (Searching)
        {
            var blocks = new List<PortBlock> { PortBlock.Take(), PortBlock.Take() };
            while (blocks[^1].Start - blocks[^2].Start != blocks[^1].LastTaskPort - blocks[^1].Start + 1)
                blocks.Add(PortBlock.Take());
            foreach (var other in blocks[..^2])
                other.Dispose();
            return (blocks[^2], blocks[^1]);
        }
    }

    public Task AllocateAsync() => AdminAsync("master/allocate");

    public Task AgentAsync(string action) => AdminAsync($"agents/{AgentId}/{action}");

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        if (scenario.Flags.Contains(Authenticates))
            File.Delete(CredentialsFile);
        ports.Dispose();
        beyond.Dispose();
    }
}
